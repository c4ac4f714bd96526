-- Trainings that were held (handlers/training.h) and who took part. The day stands beside each
-- person too, so that a year is counted by index.
CREATE TABLE trainings (
    id @id,
    org BIGINT NOT NULL,
    day BIGINT NOT NULL,
    topic TEXT NOT NULL,
    minutes BIGINT NOT NULL,
    made_by BIGINT NOT NULL,
    made_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX trainings_once ON trainings (org, day, topic);

CREATE TABLE training_people (
    training BIGINT NOT NULL,
    volunteer BIGINT NOT NULL,
    day BIGINT NOT NULL,
    recorded_by BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (training, volunteer)
) @rowless;
CREATE INDEX training_people_by_volunteer ON training_people (volunteer, day, training);

-- The yearly notice: how far a year's round got (the last volunteer looked at), and which numbers
-- had it.
CREATE TABLE training_rounds (
    year BIGINT NOT NULL PRIMARY KEY,
    after BIGINT NOT NULL,
    done_at BIGINT NOT NULL
) @rowless;
CREATE INDEX training_rounds_open ON training_rounds (year) WHERE done_at = 0;

CREATE TABLE training_told (
    year BIGINT NOT NULL,
    address BIGINT NOT NULL,
    told_at BIGINT NOT NULL,
    PRIMARY KEY (year, address)
) @rowless;

-- People of a training are named by those who record it.
CREATE INDEX volunteers_by_name ON volunteers (name, area);
