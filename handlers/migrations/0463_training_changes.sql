-- What was put right in a recorded training (handlers/training.h): the length that stood before, or
-- the person who was taken out.
CREATE TABLE training_changes (
    id @id,
    training BIGINT NOT NULL,
    minutes_before BIGINT NOT NULL,
    volunteer BIGINT NOT NULL,
    changed_by BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
