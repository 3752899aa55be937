/* 0008_ready - slots that an engine has made ready before their instant (functions/34_ready).
 *
 * At the instant itself a batch of them begins by one small row. Both tables are empty most of the
 * time, are in no copy, and nothing is lost with them: a slot that is not begun is dealt with at its
 * instant as any other. */

CREATE TABLE ap.ready_batches (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    engine uuid NOT NULL,
    journal_gen bigint NOT NULL,
    due timestamptz NOT NULL, /* the schedules' next_run_at, to the microsecond */
    begun_at timestamptz,
    withdrawn uuid[] NOT NULL DEFAULT '{}' /* runs that are not to begin */
);

CREATE TABLE ap.ready_slots (
    run uuid PRIMARY KEY, /* the name that its run will have */
    batch bigint NOT NULL REFERENCES ap.ready_batches (id),
    schedule uuid NOT NULL UNIQUE REFERENCES ap.autopilot_schedules (id),
    specification_id uuid NOT NULL UNIQUE REFERENCES ap.newsletter_specifications (id),
    due timestamptz NOT NULL,
    slot timestamptz NOT NULL,
    period_key text,
    next_run_at timestamptz NOT NULL
);
CREATE INDEX ready_slots_batch ON ap.ready_slots (batch);

/* --- whatever changes what a slot was decided by withdraws it --- */

/* Slots that have not begun are as if they had never been made ready. A batch that begins waits for
 * this, or this for it. */
CREATE FUNCTION ap.ready_withdraw(runs uuid[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM 1 FROM ap.ready_batches b
    WHERE b.id IN (SELECT r.batch FROM ap.ready_slots r WHERE r.run = ANY (runs))
    ORDER BY b.id FOR UPDATE;
    UPDATE ap.ready_batches b SET withdrawn = b.withdrawn || x.runs
    FROM (SELECT r.batch, array_agg(r.run) AS runs FROM ap.ready_slots r
          WHERE r.run = ANY (runs) GROUP BY r.batch) x
    WHERE b.id = x.batch AND b.begun_at IS NULL;
    DELETE FROM ap.ready_slots r USING ap.ready_batches b
    WHERE r.run = ANY (runs) AND b.id = r.batch AND b.begun_at IS NULL;
END $$;

CREATE FUNCTION ap.ready_schedules_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM ap.ready_slots) THEN
        PERFORM ap.ready_withdraw(ARRAY(
            SELECT r.run FROM ap.ready_slots r JOIN fresh n ON n.id = r.schedule
            JOIN stale o ON o.id = n.id
            WHERE (n.rev, n.enabled, n.status, n.next_run_at, n.deleted_at)
                  IS DISTINCT FROM (o.rev, o.enabled, o.status, o.next_run_at, o.deleted_at)));
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION ap.ready_specs_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM ap.ready_slots) THEN
        PERFORM ap.ready_withdraw(ARRAY(SELECT r.run FROM ap.ready_slots r
                                        JOIN fresh n ON n.id = r.specification_id));
    END IF;
    RETURN NULL;
END $$;

/* A run of the specification holds its period, or is to end before the next begins. */
CREATE FUNCTION ap.ready_runs_came() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM ap.ready_slots) THEN
        PERFORM ap.ready_withdraw(ARRAY(SELECT r.run FROM ap.ready_slots r
                                        JOIN fresh n ON n.specification_id = r.specification_id));
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER ready AFTER UPDATE ON ap.autopilot_schedules
    REFERENCING OLD TABLE AS stale NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION ap.ready_schedules_changed();
CREATE TRIGGER ready AFTER UPDATE ON ap.newsletter_specifications
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION ap.ready_specs_changed();
CREATE TRIGGER ready AFTER INSERT ON ap.newsletter_runs
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION ap.ready_runs_came();

/* Of many schedules with one instant the next page is found without going through those before. */
DROP INDEX ap.idx_autopilot_schedules_next_run;
CREATE INDEX idx_autopilot_schedules_next_run ON ap.autopilot_schedules (next_run_at, id)
    WHERE enabled AND status = 'active' AND deleted_at IS NULL;
