-- Broadcasts (handlers/broadcasts.h).
CREATE TABLE broadcasts (
    id @id,
    activity BIGINT NOT NULL,
    org BIGINT NOT NULL,
    state BIGINT NOT NULL,
    organizer BIGINT NOT NULL,
    second BIGINT NOT NULL,
    audience TEXT NOT NULL,
    everybody BIGINT NOT NULL,
    wording TEXT NOT NULL,
    params @blob NOT NULL,
    made_at BIGINT NOT NULL,
    due BIGINT NOT NULL,
    start_at BIGINT NOT NULL,
    begun_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    paused_at BIGINT NOT NULL,
    resume_delay BIGINT NOT NULL,
    why TEXT NOT NULL,
    -- Listing goes by (area, id) of volunteers: what is behind the cursor was looked at.
    cursor_area BIGINT NOT NULL,
    cursor_id BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    listed BIGINT NOT NULL,
    able BIGINT NOT NULL,
    called BIGINT NOT NULL,
    waves BIGINT NOT NULL,
    wave BIGINT NOT NULL,
    wave_left BIGINT NOT NULL,
    wave_at BIGINT NOT NULL,
    segments BIGINT NOT NULL,
    shared_segments BIGINT NOT NULL,
    price BIGINT NOT NULL,
    signed_pushes BIGINT NOT NULL,
    second_needed BIGINT NOT NULL,
    spread BIGINT NOT NULL,
    variants BIGINT NOT NULL,
    -- The numbers to be typed by the first and the second person, and how often another one was.
    confirm BIGINT NOT NULL,
    confirm_second BIGINT NOT NULL,
    wrong BIGINT NOT NULL,
    told BIGINT NOT NULL
);
CREATE INDEX broadcasts_by_activity ON broadcasts (activity, id);
CREATE INDEX broadcasts_by_org ON broadcasts (org, id);
CREATE INDEX broadcasts_open ON broadcasts (organizer, id) WHERE state IN (2, 3, 4, 5, 6);

-- Everybody of the audience, one row a number, whether it is called or why not. `address` is that of
-- the number, or the negative of the volunteer's id where there is none. State: 1 waits, 2 called,
-- 3 left out, 4 withdrawn before it left.
CREATE TABLE broadcast_recipients (
    broadcast BIGINT NOT NULL,
    address BIGINT NOT NULL,
    reason BIGINT NOT NULL,
    state BIGINT NOT NULL,
    volunteer BIGINT NOT NULL,
    people BIGINT NOT NULL,
    score BIGINT NOT NULL,
    variant BIGINT NOT NULL,
    outbox BIGINT NOT NULL,
    called_at BIGINT NOT NULL,
    left_at BIGINT NOT NULL,
    replied_at BIGINT NOT NULL,
    opted_at BIGINT NOT NULL,
    PRIMARY KEY (broadcast, address)
) @rowless;
CREATE INDEX broadcast_recipients_next ON broadcast_recipients (broadcast, score, address) WHERE state = 1;
CREATE INDEX broadcast_recipients_called ON broadcast_recipients (broadcast, address) WHERE state = 2;
CREATE INDEX broadcast_recipients_calls ON broadcast_recipients (address, called_at) WHERE called_at > 0;

-- Who else is called by a number that several share.
CREATE TABLE broadcast_shared (
    broadcast BIGINT NOT NULL,
    address BIGINT NOT NULL,
    volunteer BIGINT NOT NULL,
    PRIMARY KEY (broadcast, address, volunteer)
) @rowless;

-- Numbers of a broadcast by reason (kind 0), by what the chart shows (kinds 1 to 4: enum broadcast_chart + 1),
-- and phones that several share (kind 9).
CREATE TABLE broadcast_counts (
    broadcast BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    key BIGINT NOT NULL,
    numbers BIGINT NOT NULL,
    PRIMARY KEY (broadcast, kind, key)
) @rowless;

-- Who answered too late: called first next time.
CREATE TABLE broadcast_marks (
    address BIGINT NOT NULL PRIMARY KEY,
    activity BIGINT NOT NULL,
    marked_at BIGINT NOT NULL
) @rowless;

CREATE TABLE audiences (
    org BIGINT NOT NULL,
    name TEXT NOT NULL,
    conditions TEXT NOT NULL,
    saved_by BIGINT NOT NULL,
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (org, name)
) @rowless;

-- The order in which an audience is listed.
CREATE INDEX volunteers_listed ON volunteers (area, id);
