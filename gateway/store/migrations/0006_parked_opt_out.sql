-- A report that came before its row's outcome may say that the number is on a blacklist.
ALTER TABLE parked_receipts ADD COLUMN opted_out BIGINT NOT NULL DEFAULT 0;
