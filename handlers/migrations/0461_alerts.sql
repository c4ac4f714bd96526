-- Hours that deserve a second look (handlers/alerts.h). They stand; somebody above is told.
CREATE TABLE alerts (
    id @id,
    kind BIGINT NOT NULL,
    confirmer BIGINT NOT NULL,
    person BIGINT NOT NULL,
    activity BIGINT NOT NULL,
    hours BIGINT NOT NULL,
    number BIGINT NOT NULL,
    minutes BIGINT NOT NULL,
    made_at BIGINT NOT NULL
);
CREATE INDEX alerts_same ON alerts (kind, confirmer, person, activity, made_at);
CREATE INDEX hours_by_confirmer ON hours (confirmer, decided_at) WHERE state = 1;
