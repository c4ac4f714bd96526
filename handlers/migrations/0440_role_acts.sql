-- What is done to roles by text and waits for the number that confirms it (handlers/role_acts.h).
CREATE TABLE role_acts (
    id @id,
    kind BIGINT NOT NULL,
    by_address BIGINT NOT NULL,
    org BIGINT NOT NULL,
    what BIGINT NOT NULL,
    role BIGINT NOT NULL,
    address BIGINT NOT NULL,
    name TEXT NOT NULL,
    confirm BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    state BIGINT NOT NULL,
    result BIGINT NOT NULL
);
CREATE INDEX role_acts_by_sender ON role_acts (by_address, made_at);
CREATE INDEX role_acts_open ON role_acts (role, kind) WHERE state = 1;

-- Since when a role sleeps until a lead wakes it; 0: it does not.
ALTER TABLE roles ADD COLUMN slept_at BIGINT NOT NULL DEFAULT 0;
