-- When the question that a session holds open was asked, beside the sealed session: a broadcast waits
-- while one is fresh. 0: none is open.
ALTER TABLE sessions ADD COLUMN asked_at BIGINT NOT NULL DEFAULT 0;
