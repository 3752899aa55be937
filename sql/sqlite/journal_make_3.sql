-- Letters that were about to take the step that can't be taken back, one row an attempt: the
-- intent,
-- then the verdict, then that the authority has it.
CREATE TABLE letters (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL CHECK (length(id) = 16),
    attempt INTEGER NOT NULL,
    intent_at INTEGER NOT NULL,
    state TEXT, -- the verdict; NULL: none yet
    code INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '',
    sha256 TEXT NOT NULL DEFAULT '',
    retry_at INTEGER NOT NULL DEFAULT 0,
    verdict_at INTEGER,
    done_at INTEGER
) STRICT
