-- Long messages whose parts a provider pushes one by one. A group is one message; its texts are kept
-- (sealed) until it was handled, and a little longer to know a part that comes twice.
CREATE TABLE part_groups (
    id @id,
    account TEXT NOT NULL,
    address BIGINT NOT NULL,
    reference TEXT NOT NULL,
    total BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT NOT NULL
);
CREATE INDEX part_groups_message ON part_groups (address, reference, id);
CREATE INDEX part_groups_open ON part_groups (id) WHERE closed_at = 0;

CREATE TABLE parts (
    id @id,
    message BIGINT NOT NULL,
    number BIGINT NOT NULL,
    text @blob NOT NULL,
    UNIQUE (message, number)
);

-- When a row's last request was marked, 0 before: providers count what they take for a number by the minute, the
-- hour and 24 hours.
ALTER TABLE outbox ADD COLUMN sent_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX outbox_number ON outbox (address, sent_at) WHERE sent_at > 0;
