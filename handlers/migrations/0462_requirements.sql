-- What an activity asks of people, beside its words (handlers/activities.h), and the first of a series.
ALTER TABLE activities ADD COLUMN max_age BIGINT NOT NULL DEFAULT 0;
ALTER TABLE activities ADD COLUMN skill TEXT NOT NULL DEFAULT '';
ALTER TABLE activities ADD COLUMN training TEXT NOT NULL DEFAULT '';
ALTER TABLE activities ADD COLUMN series BIGINT NOT NULL DEFAULT 0;
CREATE INDEX activities_of_series ON activities (series, starts_at) WHERE series <> 0;
