-- Activities (handlers/activities.h). `taken` counts places joined or offered, `numbers` the roster
-- numbers handed out so far.
CREATE TABLE activities (
    id @id,
    code BIGINT NOT NULL,
    org BIGINT NOT NULL,
    state BIGINT NOT NULL,
    title TEXT NOT NULL,
    place TEXT NOT NULL,
    area BIGINT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    capacity BIGINT NOT NULL,
    requirements TEXT NOT NULL,
    bring TEXT NOT NULL,
    risk TEXT NOT NULL,
    serves TEXT NOT NULL,
    theme TEXT NOT NULL,
    min_age BIGINT NOT NULL,
    hazardous BIGINT NOT NULL,
    insurance TEXT NOT NULL,
    leader BIGINT NOT NULL,
    leader_name TEXT NOT NULL,
    taken BIGINT NOT NULL,
    waiting BIGINT NOT NULL,
    numbers BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    published_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX activities_open_code ON activities (code) WHERE state IN (1, 2, 3, 4, 5);
CREATE INDEX activities_by_code ON activities (code, id);
CREATE INDEX activities_to_join ON activities (starts_at, id) WHERE state IN (2, 3, 4);
CREATE INDEX activities_by_time ON activities (starts_at) WHERE state IN (2, 3, 4, 5, 6);
CREATE INDEX activities_by_leader ON activities (leader, starts_at);

-- Who goes (handlers/signups.h). Times are the activity's, copied for the clash check.
CREATE TABLE signups (
    id @id,
    activity BIGINT NOT NULL,
    volunteer BIGINT NOT NULL,
    address BIGINT NOT NULL,
    state BIGINT NOT NULL,
    number BIGINT NOT NULL,
    queued BIGINT NOT NULL,
    signed_at BIGINT NOT NULL,
    unsure BIGINT NOT NULL,
    reminded_at BIGINT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX signups_once ON signups (activity, volunteer);
CREATE INDEX signups_by_activity ON signups (activity, state, number, queued);
CREATE INDEX signups_by_volunteer ON signups (volunteer, ends_at);

-- Places offered to somebody who waits (handlers/offers.h).
CREATE TABLE offers (
    id @id,
    activity BIGINT NOT NULL,
    signup BIGINT NOT NULL,
    address BIGINT NOT NULL,
    state BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    until BIGINT NOT NULL
);
CREATE UNIQUE INDEX offers_one_open ON offers (signup) WHERE state = 1;
CREATE INDEX offers_open_at ON offers (address) WHERE state = 1;
CREATE INDEX offers_open_activity ON offers (activity) WHERE state = 1;
