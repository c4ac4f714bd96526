-- What channels need that hold files and quotas for a while.

-- Files that people sent, known by the provider's id until they are fetched: `wanted_until` is when the provider
-- throws them away. States are those of enum media_state; `path` lies in the data folder.
CREATE TABLE media (
    id @id,
    account TEXT NOT NULL,
    address BIGINT NOT NULL,
    inbox BIGINT NOT NULL,
    kind TEXT NOT NULL,
    media TEXT NOT NULL,
    state BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    wanted_until BIGINT NOT NULL,
    path TEXT NOT NULL,
    bytes BIGINT NOT NULL
);
CREATE INDEX media_waiting ON media (not_before, id) WHERE state = 0;
CREATE INDEX media_by_address ON media (address, id);

-- How many messages of our own a person's last action lets an account send, by kind of action.
CREATE TABLE reply_grants (
    address BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    remaining BIGINT NOT NULL,
    granted_at BIGINT NOT NULL,
    valid_until BIGINT NOT NULL,
    PRIMARY KEY (address, kind)
) @rowless;

-- How many notices of a template a person has agreed to and not got yet.
CREATE TABLE notice_consents (
    address BIGINT NOT NULL,
    template TEXT NOT NULL,
    remaining BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (address, template)
) @rowless;

-- Access tokens of providers, sealed, so that a restart asks for none.
CREATE TABLE provider_tokens (
    account TEXT NOT NULL PRIMARY KEY,
    token @blob NOT NULL,
    fetched_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
) @rowless;
