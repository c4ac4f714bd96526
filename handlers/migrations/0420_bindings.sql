-- One-time codes that bind a phone to another address of its person (handlers/bindings.h). Of the code only
-- a keyed digest is kept. State 1 open, 2 used, 3 dead. They go after a day.
CREATE TABLE bind_codes (
    id @id,
    address BIGINT NOT NULL,
    phone BIGINT NOT NULL,
    digest @blob NOT NULL,
    made_at BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    state BIGINT NOT NULL
);
CREATE INDEX bind_codes_by_address ON bind_codes (address, id);
CREATE INDEX bind_codes_by_phone ON bind_codes (phone, id);
CREATE INDEX bind_codes_by_age ON bind_codes (made_at);

-- Two records of one person that became one: `gone` left its service to `kept`.
CREATE TABLE volunteer_merges (
    gone BIGINT NOT NULL PRIMARY KEY,
    kept BIGINT NOT NULL,
    address BIGINT NOT NULL,
    minutes_twice BIGINT NOT NULL,
    merged_at BIGINT NOT NULL
) @rowless;
CREATE INDEX volunteer_merges_by_kept ON volunteer_merges (kept);
