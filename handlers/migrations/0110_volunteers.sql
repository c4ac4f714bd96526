-- One row a person (handlers/volunteers.h). The ID number is sealed; its digest finds duplicates.
CREATE TABLE volunteers (
    id @id,
    number TEXT NOT NULL,
    name TEXT NOT NULL,
    birth BIGINT NOT NULL,
    year_only BIGINT NOT NULL,
    gender BIGINT NOT NULL,
    area BIGINT NOT NULL,
    state BIGINT NOT NULL,
    verification BIGINT NOT NULL,
    provisional BIGINT NOT NULL,
    address BIGINT NOT NULL,
    registered_at BIGINT NOT NULL,
    left_at BIGINT NOT NULL,
    id_number @blob NOT NULL,
    id_digest @blob
);
CREATE UNIQUE INDEX volunteers_by_number ON volunteers (number);
CREATE UNIQUE INDEX volunteers_by_id_number ON volunteers (id_digest);
CREATE INDEX volunteers_by_area ON volunteers (area, state, verification);

-- Which addresses are whose; several people may share one.
CREATE TABLE volunteer_links (
    address BIGINT NOT NULL,
    volunteer BIGINT NOT NULL,
    linked_at BIGINT NOT NULL,
    PRIMARY KEY (address, volunteer)
) @rowless;
CREATE INDEX volunteer_links_by_volunteer ON volunteer_links (volunteer);

-- What else a person told of themselves, one row a field.
CREATE TABLE volunteer_fields (
    volunteer BIGINT NOT NULL,
    field BIGINT NOT NULL,
    value TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (volunteer, field)
) @rowless;

-- A guardian's yes that is waited for (handlers/guardians.h).
CREATE TABLE guardian_requests (
    id @id,
    volunteer BIGINT NOT NULL,
    address BIGINT NOT NULL,
    name TEXT NOT NULL,
    state BIGINT NOT NULL,
    asked_at BIGINT NOT NULL,
    answered_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX guardian_requests_open ON guardian_requests (volunteer, address) WHERE state = 1;
CREATE INDEX guardian_requests_by_volunteer ON guardian_requests (volunteer);

-- What was agreed to or refused, only added to (handlers/consents.h); words are sealed.
CREATE TABLE consents (
    id @id,
    volunteer BIGINT NOT NULL,
    address BIGINT NOT NULL,
    kind TEXT NOT NULL,
    yes BIGINT NOT NULL,
    version TEXT NOT NULL,
    channel TEXT NOT NULL,
    words @blob NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX consents_by_volunteer ON consents (volunteer, kind, id);

-- What may be sent to a number: 1 yes, 2 no.
CREATE TABLE opt_states (
    address BIGINT NOT NULL,
    scope BIGINT NOT NULL,
    state BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (address, scope)
) @rowless;
