-- Who checked in by the code on the leader's screen (handlers/scans.h), and from which address: whoever does not
-- sign out there is asked once, when the activity is over.
CREATE TABLE attendance_scans (
    activity BIGINT NOT NULL,
    person BIGINT NOT NULL,
    address BIGINT NOT NULL,
    scanned_at BIGINT NOT NULL,
    asked_at BIGINT NOT NULL,
    PRIMARY KEY (activity, person)
) @rowless;
