/* 0008_heard - what came back about a letter: the highest in rank of what was heard. */

ALTER TABLE sends ADD COLUMN heard TEXT NOT NULL DEFAULT ''
    CHECK (heard IN ('', 'delayed', 'delivered', 'bounced', 'answered'));

PRAGMA user_version = 8;
