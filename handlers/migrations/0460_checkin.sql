-- Signing out (optional), and codes that lead to their activity (handlers/attendance.h).
ALTER TABLE attendance ADD COLUMN checked_out_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX attendance_codes_by_code ON attendance_codes (code, made_at);
