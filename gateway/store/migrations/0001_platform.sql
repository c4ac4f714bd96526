-- What the platform itself keeps. Knows no provider and no volunteer.

-- The largest id handed out ('last_id').
CREATE TABLE counters (
    name TEXT NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);

-- A mark of the keys ('key'), by which a wrong key file is noticed.
CREATE TABLE marks (
    name TEXT NOT NULL PRIMARY KEY,
    value @blob NOT NULL
);

-- Written and emptied again to find out whether the disk has room.
CREATE TABLE probe (
    id @id,
    filler @blob NOT NULL
);

-- Verified senders. A conversation is shared by the addresses of one person once they are bound.
CREATE TABLE addresses (
    id @id,
    realm TEXT NOT NULL,
    sender TEXT NOT NULL,
    conversation BIGINT NOT NULL,
    account TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (realm, sender)
);
CREATE INDEX addresses_conversation ON addresses (conversation);

CREATE TABLE sessions (
    conversation @id,
    stored_at BIGINT NOT NULL,
    session @blob NOT NULL
);

-- Questions that messages of our own asked; the id is the outbox row that asked.
CREATE TABLE prompts (
    id @id,
    conversation BIGINT NOT NULL,
    message TEXT NOT NULL,
    params @blob NOT NULL,
    asked_at BIGINT NOT NULL,
    valid_until BIGINT NOT NULL
);
CREATE INDEX prompts_conversation ON prompts (conversation, id);
CREATE INDEX prompts_valid_until ON prompts (valid_until);

-- Claims of (account, key): a provider's retry finds the first. Kept longer than the texts.
CREATE TABLE seen (
    account TEXT NOT NULL,
    key TEXT NOT NULL,
    inbox BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (account, key)
) @rowless;
CREATE INDEX seen_at ON seen (seen_at);

CREATE TABLE inbox (
    id @id,
    account TEXT NOT NULL,
    address BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    trace TEXT NOT NULL,
    message @blob NOT NULL,
    reply @blob NOT NULL
);
-- By eighths of the addresses and not by address: every message then appends to one of eight pages instead of
-- changing a page of its own, which would be half of all that a commit writes. The last texts of an address
-- are found by reading an eighth of what came in lately.
CREATE INDEX inbox_recent ON inbox ((address / 4194304 % 8), id, address);

-- State numbers are those of enum outbox_state.
CREATE TABLE outbox (
    id @id,
    address BIGINT NOT NULL,
    realm TEXT NOT NULL,
    recipient TEXT NOT NULL,
    account TEXT NOT NULL,
    message TEXT NOT NULL,
    params @blob NOT NULL,
    priority BIGINT NOT NULL,
    state BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    useful_until BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    owner BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    provider_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    trace TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX outbox_ready ON outbox (priority, not_before, id) WHERE state = 0;
CREATE INDEX outbox_leases ON outbox (lease_until) WHERE lease_until > 0;
CREATE INDEX outbox_address ON outbox (address, id);
CREATE INDEX outbox_provider ON outbox (provider_id) WHERE provider_id <> '';

CREATE TABLE timers (
    kind TEXT NOT NULL,
    subject BIGINT NOT NULL,
    due BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    PRIMARY KEY (kind, subject)
) @rowless;
CREATE INDEX timers_due ON timers (due);
