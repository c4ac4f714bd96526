-- The tree of organizations (handlers/organizations.h).
CREATE TABLE organizations (
    id @id,
    parent BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    name TEXT NOT NULL,
    shown TEXT NOT NULL,
    area BIGINT NOT NULL,
    duty BIGINT NOT NULL
);
CREATE UNIQUE INDEX organizations_by_name ON organizations (name);
CREATE INDEX organizations_by_shown ON organizations (shown);
CREATE INDEX organizations_by_area ON organizations (area, kind);
CREATE INDEX organizations_by_parent ON organizations (parent);

-- Who may do what where (handlers/roles.h).
CREATE TABLE roles (
    id @id,
    org BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    state BIGINT NOT NULL,
    address BIGINT NOT NULL,
    name TEXT NOT NULL,
    granted_by BIGINT NOT NULL,
    granted_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX roles_held ON roles (address, org, kind) WHERE state IN (1, 2);
CREATE INDEX roles_by_address ON roles (address, state);
CREATE INDEX roles_by_org ON roles (org, state, kind);

-- One-use codes of first roles: only a digest is kept. `address` is the phone it is bound to, 0 before.
CREATE TABLE role_codes (
    id @id,
    org BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    digest @blob NOT NULL,
    address BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL
);
CREATE INDEX role_codes_by_digest ON role_codes (digest);

-- Wrong codes a phone, and in all under address 0.
CREATE TABLE role_failures (
    address BIGINT NOT NULL PRIMARY KEY,
    since BIGINT NOT NULL,
    failures BIGINT NOT NULL
) @rowless;

-- Only added to (handlers/audit_log.h).
CREATE TABLE audit_log (
    id @id,
    at BIGINT NOT NULL,
    address BIGINT NOT NULL,
    role BIGINT NOT NULL,
    org BIGINT NOT NULL,
    what TEXT NOT NULL,
    subject BIGINT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX audit_log_by_org ON audit_log (org, id);

-- Short numbers that people type: tasks, activities, volunteer numbers.
CREATE TABLE short_numbers (
    name TEXT NOT NULL PRIMARY KEY,
    last BIGINT NOT NULL
) @rowless;
