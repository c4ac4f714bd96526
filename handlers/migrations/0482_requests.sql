-- What residents asked for help with (handlers/requests.h). State 1 open, 2 a volunteer is asked, 3
-- taken, 4 over: the one who was helped is asked for a word, 5 closed. Words are sealed.
CREATE TABLE requests (
    id @id,
    number BIGINT NOT NULL,
    org BIGINT NOT NULL,
    address BIGINT NOT NULL,
    area BIGINT NOT NULL,
    day BIGINT NOT NULL,
    state BIGINT NOT NULL,
    helper BIGINT NOT NULL,
    helper_address BIGINT NOT NULL,
    duty BIGINT NOT NULL,
    hours BIGINT NOT NULL,
    words @blob NOT NULL,
    made_at BIGINT NOT NULL
);
CREATE INDEX requests_by_number ON requests (number, id);
CREATE INDEX requests_by_address ON requests (address, day, state);
CREATE INDEX requests_by_helper ON requests (helper, day, state);
CREATE INDEX requests_by_hours ON requests (hours) WHERE hours <> 0;

-- What those who were helped say of a service (handlers/evaluations.h), about a request or a whole
-- activity. Method 1 text message, 2 WeChat, 3 signature, 4 stamp on paper.
CREATE TABLE evaluations (
    id @id,
    request BIGINT NOT NULL,
    activity BIGINT NOT NULL,
    method BIGINT NOT NULL,
    rating BIGINT NOT NULL,
    words @blob NOT NULL,
    by_address BIGINT NOT NULL,
    at BIGINT NOT NULL
);
CREATE UNIQUE INDEX evaluations_of_request ON evaluations (request) WHERE request <> 0;
CREATE UNIQUE INDEX evaluations_of_activity ON evaluations (activity) WHERE activity <> 0;
