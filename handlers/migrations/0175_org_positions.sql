-- Where a station stands, in millionths of a degree (handlers/nearest.h).
CREATE TABLE org_positions (
    org BIGINT NOT NULL PRIMARY KEY,
    latitude BIGINT NOT NULL,
    longitude BIGINT NOT NULL
) @rowless;
