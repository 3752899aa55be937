-- corpus.db: an empty corpus.
INSERT OR IGNORE INTO state (one, version) VALUES (1, 0);
