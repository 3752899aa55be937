-- Stops and pauses that were asked for here and that a shared record may not know of yet.
CREATE TABLE owed (
    workspace TEXT NOT NULL,
    job TEXT NOT NULL,
    want TEXT NOT NULL, -- stop or pause
    actor TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    PRIMARY KEY (workspace, job)
) STRICT
