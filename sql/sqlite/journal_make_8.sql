-- The servers of a shared record that were seen, by system identifier, with the newest timeline.
CREATE TABLE servers (
    system TEXT PRIMARY KEY,
    timeline INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT
