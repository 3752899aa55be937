-- corpus.db: what the operator added. No root lies below another one. A page's relative path is
-- what follows the first `prefix` bytes of its path.
CREATE TABLE IF NOT EXISTS root (
    id INTEGER PRIMARY KEY,
    path BLOB NOT NULL UNIQUE,
    prefix INTEGER NOT NULL
) STRICT;
