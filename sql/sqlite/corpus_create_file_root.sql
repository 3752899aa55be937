-- corpus.db: finds the files of a root.
CREATE INDEX IF NOT EXISTS file_of_root ON file (root, reason, size);
