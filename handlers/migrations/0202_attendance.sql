-- Who came to an activity (handlers/attendance.h).
CREATE TABLE attendance (
    activity BIGINT NOT NULL,
    person BIGINT NOT NULL,
    id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    checked_in_at BIGINT NOT NULL,
    by_code BIGINT NOT NULL,
    state BIGINT NOT NULL,
    hours BIGINT NOT NULL,
    decided_by BIGINT NOT NULL,
    words @blob NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (activity, person)
) @rowless;
CREATE INDEX attendance_by_person ON attendance (person, state, changed_at);
CREATE INDEX attendance_disputed ON attendance (number, changed_at) WHERE state IN (4, 6);

CREATE TABLE attendance_codes (
    activity BIGINT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL,
    made_at BIGINT NOT NULL
) @rowless;

-- Activities whose list was closed: closing again changes nothing.
CREATE TABLE attendance_closed (
    activity BIGINT NOT NULL PRIMARY KEY,
    closed_at BIGINT NOT NULL,
    organizer BIGINT NOT NULL
) @rowless;
