-- Posters of stations with a QR code (handlers/posters.h): the number in the code, and which one a follower who is
-- not registered yet has scanned.
CREATE TABLE posters (
    organization @id,
    number BIGINT NOT NULL
);
CREATE UNIQUE INDEX posters_by_number ON posters (number);
CREATE TABLE poster_scans (
    address @id,
    organization BIGINT NOT NULL,
    scanned_at BIGINT NOT NULL
);
CREATE INDEX poster_scans_by_time ON poster_scans (scanned_at);
