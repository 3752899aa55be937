-- corpus.db: the words of the pages. The index needs them again when a page changes or goes.
CREATE TABLE IF NOT EXISTS page_text (
    id INTEGER PRIMARY KEY REFERENCES file (id),
    title TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
