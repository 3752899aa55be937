-- fetch.db: pages of the web as their server last sent them, with its marks of their state.
CREATE TABLE IF NOT EXISTS page (
    url TEXT PRIMARY KEY,
    etag TEXT NOT NULL,
    modified TEXT NOT NULL,
    type TEXT NOT NULL,
    body BLOB NOT NULL,
    bytes INTEGER NOT NULL,
    used_at_us INTEGER NOT NULL
) STRICT;
