/* 0006_keep - for records that move, and for history that is kept for a time. */

/* A record that moves in brings schedules in the order in which they were made; one may follow
 * another that was made later. */
ALTER TABLE ap.autopilot_schedules
    ALTER CONSTRAINT autopilot_schedules_after_id_fkey DEFERRABLE INITIALLY IMMEDIATE;
ALTER TABLE ap.newsletter_runs
    ALTER CONSTRAINT newsletter_runs_after_run_fkey DEFERRABLE INITIALLY IMMEDIATE;

/* A new copy is pulled in this order (12_piece). */
CREATE UNIQUE INDEX automation_jobs_no ON ap.automation_jobs (no);
CREATE UNIQUE INDEX newsletter_specifications_no ON ap.newsletter_specifications (no);
CREATE UNIQUE INDEX autopilot_schedules_no ON ap.autopilot_schedules (no);

/* What is not kept any more: of `relation` nothing from before `before` is sure to be there. Copies
 * forget as much. mark, of 'gone': a copy that was brought up to date no later is made anew. */
CREATE TABLE ap.keeping (
    relation text PRIMARY KEY,
    before timestamptz NOT NULL,
    mark xid8 NOT NULL DEFAULT '0',
    changed xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE TRIGGER touch BEFORE UPDATE ON ap.keeping FOR EACH ROW EXECUTE FUNCTION ap.touch();

/* Runs that are not kept leave by the row (decision 019), oldest first, their reports before them. */
CREATE INDEX newsletter_runs_created ON ap.newsletter_runs (created_at);
CREATE TRIGGER leave AFTER DELETE ON ap.newsletter_runs
    FOR EACH ROW EXECUTE FUNCTION ap.leave('seq');
CREATE TRIGGER leave AFTER DELETE ON ap.report_files
    FOR EACH ROW EXECUTE FUNCTION ap.leave('run');

/* Events lie in a table a month, so that old ones go with their table. What is there stays where it
 * is, as the table of all months up to this one; what no month takes lies in events_rest. */
ALTER TABLE ap.events RENAME TO events_before;
ALTER TABLE ap.events_before ALTER COLUMN seq DROP IDENTITY;
ALTER TABLE ap.events_before DROP CONSTRAINT events_pkey;
ALTER INDEX ap.events_at RENAME TO events_before_at;
ALTER INDEX ap.events_changed RENAME TO events_before_changed;
ALTER INDEX ap.events_schedule RENAME TO events_before_schedule;
CREATE TABLE ap.events (
    seq bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    level integer NOT NULL,
    job uuid,
    group_no integer,
    term_no integer,
    send bigint,
    schedule uuid,
    run uuid,
    actor text,
    text text,
    n1 bigint,
    n2 bigint,
    changed xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (seq, at)
) PARTITION BY RANGE (at);
CREATE INDEX events_at ON ap.events (at);
CREATE INDEX events_changed ON ap.events (changed);
CREATE INDEX events_schedule ON ap.events (schedule, at) WHERE schedule IS NOT NULL;
CREATE TABLE ap.events_rest PARTITION OF ap.events DEFAULT;

DO $$
DECLARE
    last bigint;
    newest timestamptz;
BEGIN
    SELECT max(e.seq), max(e.at) INTO last, newest FROM ap.events_before e;
    IF last IS NULL THEN
        DROP TABLE ap.events_before;
        RETURN;
    END IF;
    PERFORM setval(pg_get_serial_sequence('ap.events', 'seq'), last);
    EXECUTE format('ALTER TABLE ap.events ATTACH PARTITION ap.events_before
                    FOR VALUES FROM (MINVALUE) TO (%L)',
                   (date_trunc('month', greatest(newest, now()) AT TIME ZONE 'UTC')
                    + interval '1 month') AT TIME ZONE 'UTC');
END $$;
