/* 0005_keep - for history that is kept for a time only. */

/* What is not kept any more: of `relation` nothing from before `before` is sure to be there. */
CREATE TABLE keeping (
    relation TEXT PRIMARY KEY NOT NULL,
    before INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

/* Runs go oldest first. */
CREATE INDEX newsletter_runs_created ON newsletter_runs (created_at);

PRAGMA user_version = 5;
