-- Wrong check-in codes of a person, or of a number that nobody is registered on (handlers/attendance.h).
CREATE TABLE checkin_failures (
    subject BIGINT NOT NULL PRIMARY KEY,
    since BIGINT NOT NULL,
    failures BIGINT NOT NULL
) @rowless;
