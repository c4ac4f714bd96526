-- People whom somebody else registered (handlers/proxies.h), until they say yes. State 1 asked, 2 yes,
-- 3 no, 4 disputed: of these two only the number's own word is left, so that it is never asked again.
CREATE TABLE proxy_registrations (
    id @id,
    address BIGINT NOT NULL,
    by_address BIGINT NOT NULL,
    by_name TEXT NOT NULL,
    org BIGINT NOT NULL,
    name TEXT NOT NULL,
    birth BIGINT NOT NULL,
    year_only BIGINT NOT NULL,
    gender BIGINT NOT NULL,
    area BIGINT NOT NULL,
    state BIGINT NOT NULL,
    volunteer BIGINT NOT NULL,
    asked_at BIGINT NOT NULL,
    answered_at BIGINT NOT NULL
);
CREATE INDEX proxy_registrations_by_address ON proxy_registrations (address, state);
CREATE INDEX proxy_registrations_by_giver ON proxy_registrations (by_address, asked_at);
