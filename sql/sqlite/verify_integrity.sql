-- What SQLite itself finds in the file; one row 'ok' when nothing.
PRAGMA integrity_check(1)
