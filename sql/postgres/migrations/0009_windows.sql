/* 0009_windows - letters of one recipient domain are counted by the hour, and found while the
 * domain asks to wait: each row has its registrable domain from now on. */

UPDATE ap.sends s SET site = l.site FROM ap.leads l WHERE l.id = s.lead AND s.site IS NULL;

CREATE INDEX sends_domain ON ap.sends (mode, site, claimed_at) WHERE claimed_at IS NOT NULL;
CREATE INDEX sends_put_off ON ap.sends (mode, site) WHERE state = 'deferred';

/* What became of a job's last letters. */
CREATE INDEX events_fate ON ap.events (job, at, seq)
    WHERE kind IN ('sent', 'simulated', 'rejected', 'deferred', 'in_doubt', 'job_start',
                   'job_resume');

/* Of another kind now; the functions make them again. */
DROP TYPE IF EXISTS ap.claim CASCADE;
DROP FUNCTION IF EXISTS ap.common_room(jsonb, text, timestamptz);
DROP FUNCTION IF EXISTS ap.letters(bigint[]);
