-- How a message of our own goes when there are several ways: the ways that the provider has refused for it, as bits,
-- and how many of its attempts were none (put off, or on to the next way), which its back-off does not count.
ALTER TABLE outbox ADD COLUMN ways_closed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN spared BIGINT NOT NULL DEFAULT 0;
