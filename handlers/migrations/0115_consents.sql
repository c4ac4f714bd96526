-- Recruitment of one organization refused or taken again: 1 yes, 2 no (handlers/consents.h).
CREATE TABLE opt_organizations (
    address BIGINT NOT NULL,
    organization BIGINT NOT NULL,
    state BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (address, organization)
) @rowless;

-- What a person agreed to is shown to the number it was said from.
CREATE INDEX consents_by_address ON consents (address, id);
