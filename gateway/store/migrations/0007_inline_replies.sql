-- Replies that left in an HTTP response have no row in the outbox, but the provider counts them for the number as well.
-- Kept for a day, and only where an account has a limit.
CREATE TABLE inline_replies (
    id @id,
    address BIGINT NOT NULL,
    account TEXT NOT NULL,
    sent_at BIGINT NOT NULL
);
CREATE INDEX inline_replies_number ON inline_replies (address, sent_at);
CREATE INDEX inline_replies_age ON inline_replies (sent_at);
