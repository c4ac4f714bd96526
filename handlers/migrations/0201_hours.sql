-- One service of one person (handlers/hours.h): never changed but in its state and what a decision adds.
CREATE TABLE hours (
    id @id,
    person BIGINT NOT NULL,
    day BIGINT NOT NULL,
    start_min BIGINT NOT NULL,
    end_min BIGINT NOT NULL,
    minutes BIGINT NOT NULL,
    activity BIGINT NOT NULL,
    organization BIGINT NOT NULL,
    state BIGINT NOT NULL,
    flags BIGINT NOT NULL,
    source BIGINT NOT NULL,
    quality BIGINT NOT NULL,
    confirmer BIGINT NOT NULL,
    decided_at BIGINT NOT NULL,
    claimed_at BIGINT NOT NULL,
    address BIGINT NOT NULL,
    replaces BIGINT NOT NULL,
    instead BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    words @blob NOT NULL,
    reason @blob NOT NULL
);
CREATE INDEX hours_by_person ON hours (person, day, state);
CREATE INDEX hours_waiting ON hours (person, minutes, instead) WHERE state = 0;
CREATE INDEX hours_to_decide ON hours (organization, day, id) WHERE state = 0;
