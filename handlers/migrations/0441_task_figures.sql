-- When a task was due first: moving it up or passing it on does not make it on time.
ALTER TABLE tasks ADD COLUMN first_due BIGINT NOT NULL DEFAULT 0;
UPDATE tasks SET first_due = due_at;
CREATE INDEX tasks_by_opened ON tasks (opened_at);
CREATE INDEX tasks_open_duty ON tasks (duty, due_at) WHERE state = 1;
