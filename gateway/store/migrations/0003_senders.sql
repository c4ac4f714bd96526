-- When the question that a session holds open was asked, beside the sealed session: a broadcast waits
-- while one is fresh. 0: none is open.
ALTER TABLE sessions ADD COLUMN asked_at BIGINT NOT NULL DEFAULT 0;

-- What of a sender is not answered for a while because no person writes it (machines.h).
CREATE TABLE machines (
    address BIGINT NOT NULL,
    what BIGINT NOT NULL,
    until BIGINT NOT NULL,
    texts BIGINT NOT NULL,
    PRIMARY KEY (address, what)
) @rowless;
CREATE INDEX machines_until ON machines (until);
