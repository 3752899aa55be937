/* 0010_heard - what came back about a letter: the highest in rank of what was heard. */

ALTER TABLE ap.sends ADD COLUMN heard text NOT NULL DEFAULT ''
    CHECK (heard IN ('', 'delayed', 'delivered', 'bounced', 'answered'));
