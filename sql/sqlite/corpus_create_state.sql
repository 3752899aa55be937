-- corpus.db: what the whole corpus is. `version` is the sum (modulo 2^64) of one number for each
-- page, made from its words and its relative path: corpora that give the same results in the same
-- order have the same version, whatever their history.
CREATE TABLE IF NOT EXISTS state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    version INTEGER NOT NULL
) STRICT;
