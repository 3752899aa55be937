-- Of which record this file is a copy, and up to where.
CREATE TABLE IF NOT EXISTS mirror (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    record BLOB NOT NULL CHECK (length(record) = 16),
    server TEXT NOT NULL, /* that the mark is of */
    mark TEXT NOT NULL, /* what to ask with next time */
    pulled_at INTEGER NOT NULL /* the server's instant; 0: it is not whole yet */,
    place INTEGER NOT NULL DEFAULT 0, /* not whole: where the next piece begins, */
    after_key TEXT /* and behind which row */
) STRICT
