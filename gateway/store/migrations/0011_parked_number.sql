
-- A report that came before its row's outcome may say more of the number than that it is on a
-- blacklist (enum outbox_number).
ALTER TABLE parked_receipts RENAME COLUMN opted_out TO number;
