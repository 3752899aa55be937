-- corpus.db: every file that was looked at. reason: 0 = it is a page, else why it is none (enum
-- corpus_skip). size, mtime_ns and inode tell whether it changed since. hash: of its words.
CREATE TABLE IF NOT EXISTS file (
    id INTEGER PRIMARY KEY,
    root INTEGER NOT NULL REFERENCES root (id),
    path BLOB NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    reason INTEGER NOT NULL,
    hash INTEGER NOT NULL
) STRICT;
