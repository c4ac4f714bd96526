-- Numbered tasks for a duty person (handlers/tasks.h); what was written is sealed.
CREATE TABLE tasks (
    id @id,
    number BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    state BIGINT NOT NULL,
    origin BIGINT NOT NULL,
    org BIGINT NOT NULL,
    duty BIGINT NOT NULL,
    duty_name TEXT NOT NULL,
    duty_org TEXT NOT NULL,
    asker BIGINT NOT NULL,
    volunteer BIGINT NOT NULL,
    name TEXT NOT NULL,
    said @blob NOT NULL,
    subject BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    level BIGINT NOT NULL,
    closed_at BIGINT NOT NULL,
    closed_by BIGINT NOT NULL
);
CREATE UNIQUE INDEX tasks_open_number ON tasks (number) WHERE state = 1;
CREATE INDEX tasks_by_number ON tasks (number, id);
CREATE INDEX tasks_open_asker ON tasks (asker, kind, subject) WHERE state = 1;
CREATE INDEX tasks_open_subject ON tasks (subject, kind) WHERE state = 1;
CREATE INDEX tasks_open_org ON tasks (org, due_at) WHERE state = 1;
