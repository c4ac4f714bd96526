-- Texts that were not understood (handlers/misses.h): masked, sealed, of nobody. A row a wording.
CREATE TABLE misses (
    id @id,
    digest @blob NOT NULL,
    why BIGINT NOT NULL,
    wording @blob NOT NULL,
    example @blob NOT NULL,
    intent TEXT NOT NULL,
    context TEXT NOT NULL,
    asked TEXT NOT NULL,
    times BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    UNIQUE (digest, why)
);
CREATE INDEX misses_by_last ON misses (last_at, id);
