-- Who this machine is. A journal that is wiped is another engine.
CREATE TABLE identity (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    engine BLOB NOT NULL CHECK (length(engine) = 16),
    starts INTEGER NOT NULL DEFAULT 0, -- how often an engine began with it
    created_at INTEGER NOT NULL
) STRICT
