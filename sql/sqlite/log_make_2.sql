-- The process log: one line, one fact.
CREATE TABLE lines (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    level INTEGER NOT NULL, -- 0 error .. 3 debug
    area TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT
