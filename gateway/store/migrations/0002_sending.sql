-- What a row of the outbox belongs to and cost, by which account it goes, and whom nothing reaches.

-- `origin` is the id of what caused many rows, 0 for none. `segments` and `price` (fen) are set when a request is
-- marked, and 0 again when it was not taken. `lane` is the account a row asks for, else its realm: rows of one
-- lane wait for the same account, so that one that stands still holds up no other.
ALTER TABLE outbox ADD COLUMN origin BIGINT NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN segments BIGINT NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN price BIGINT NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN lane TEXT NOT NULL DEFAULT '';
UPDATE outbox SET lane = CASE WHEN account = '' THEN realm ELSE account END;
CREATE INDEX outbox_origin ON outbox (origin, state, not_before, segments, price) WHERE origin <> 0;
CREATE INDEX outbox_uncertain ON outbox (id) WHERE state = 7;
DROP INDEX outbox_ready;
CREATE INDEX outbox_ready ON outbox (lane, priority, not_before, id) WHERE state = 0;

-- Since when a provider says that this recipient cannot be reached, 0 when it can; the person's next message
-- ends it.
ALTER TABLE addresses ADD COLUMN unreachable_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE addresses ADD COLUMN unreachable_reason TEXT NOT NULL DEFAULT '';

-- Reports that came before the outcome of their request was stored, which tells the provider's id.
CREATE TABLE parked_receipts (
    realm TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    final BIGINT NOT NULL,
    delivered BIGINT NOT NULL,
    reason TEXT NOT NULL,
    parked_at BIGINT NOT NULL,
    PRIMARY KEY (realm, provider_id)
) @rowless;
CREATE INDEX parked_receipts_at ON parked_receipts (parked_at);
