-- The record of service (handlers/ledger.h). Rows of `ledger` and `seals` are inserted and never updated.
CREATE TABLE ledger (
    person BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    id BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    source BIGINT NOT NULL,
    minutes BIGINT NOT NULL,
    day BIGINT NOT NULL,
    hours BIGINT NOT NULL,
    activity BIGINT NOT NULL,
    organization BIGINT NOT NULL,
    leader BIGINT NOT NULL,
    recorder BIGINT NOT NULL,
    quality BIGINT NOT NULL,
    evaluated BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    reverses BIGINT NOT NULL,
    late BIGINT NOT NULL,
    rules TEXT NOT NULL,
    text_digest @blob NOT NULL,
    mac @blob NOT NULL,
    PRIMARY KEY (person, seq)
) @rowless;
CREATE UNIQUE INDEX ledger_by_id ON ledger (id);
CREATE UNIQUE INDEX ledger_reversals ON ledger (person, reverses) WHERE reverses > 0;

-- The words of an entry, encrypted, with their salt: the only part that may be deleted.
CREATE TABLE ledger_texts (
    person BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    salt @blob NOT NULL,
    sealed @blob NOT NULL,
    PRIMARY KEY (person, seq)
) @rowless;

-- The end of each chain and its totals.
CREATE TABLE ledger_heads (
    person BIGINT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    mac @blob NOT NULL,
    minutes BIGINT NOT NULL,
    services BIGINT NOT NULL,
    quality BIGINT NOT NULL
) @rowless;

CREATE TABLE seals (
    number BIGINT NOT NULL PRIMARY KEY,
    made_at BIGINT NOT NULL,
    last_id BIGINT NOT NULL,
    people BIGINT NOT NULL,
    entries BIGINT NOT NULL,
    minutes BIGINT NOT NULL,
    line TEXT NOT NULL,
    written_at BIGINT NOT NULL
) @rowless;
CREATE INDEX seals_unwritten ON seals (number) WHERE written_at = 0;
