/* 0009_deliveries - what is to be brought to whom: finished reports, and words about failures.
 *
 * A row is made in the commit that says that the report is made, so that neither is there without
 * the other. `attempt` with the row names a piece of work, as in newsletter_runs. */

CREATE TABLE deliveries (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16), /* of the letter */
    run BLOB REFERENCES newsletter_runs (id) ON DELETE CASCADE, /* NULL: a notice */
    workspace INTEGER NOT NULL REFERENCES workspaces (id),
    kind TEXT NOT NULL CHECK (kind IN ('webhook', 'mail')),
    target TEXT NOT NULL, /* an address of the web or of mail */
    about TEXT NOT NULL DEFAULT '', /* a notice: its subject, "schedule NAME" */
    upto INTEGER NOT NULL DEFAULT 0, /* a notice: the newest of what it tells */
    text TEXT NOT NULL DEFAULT '', /* a notice: its words */
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'going', 'delivered',
        'simulated', 'failed', 'in_doubt', 'held')),
    attempt INTEGER NOT NULL DEFAULT 0,
    not_before INTEGER NOT NULL,
    owner BLOB, /* the engine that brings it, or did last */
    journal_gen INTEGER,
    until INTEGER, /* going: the engine must have been heard of by then */
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    code INTEGER NOT NULL DEFAULT 0, /* of the last answer */
    answer TEXT NOT NULL DEFAULT '', /* its words, or why there was none */
    UNIQUE (run, kind, target)
) STRICT;
CREATE INDEX deliveries_open ON deliveries (not_before, seq)
    WHERE state = 'waiting' OR state = 'going';
CREATE INDEX deliveries_about ON deliveries (about, created_at) WHERE run IS NULL;

PRAGMA user_version = 9;
