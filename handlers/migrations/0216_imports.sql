-- Numbers that an office named in a file (handlers/imports.h): each is asked once, ever. State 1
-- waits to be asked, 2 asked, 3 yes, 4 no: its data was erased and no file brings it back.
CREATE TABLE import_questions (
    address BIGINT NOT NULL PRIMARY KEY,
    keeper TEXT NOT NULL,
    state BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
) @rowless;
CREATE INDEX import_questions_waiting ON import_questions (made_at, address) WHERE state = 1;
