/* 34_ready - slots made ready some seconds before their instant, so that at the instant itself one
 * small row says of hundreds of them that they have begun (decision 024).
 *
 * Only slots are made ready whose decision is plain: one specification, none of its runs open, its
 * period free. Whatever changes that, withdraws them (migrations/0008_ready). ready -> begun is the
 * moment that counts, and is fenced: an engine begins what was not withdrawn from it. Runs, events
 * and the schedule's next instant are written behind it, in one command for all (settled); until
 * then nobody else deals with that slot, and whoever takes the specification's lock settles it
 * first. */

/* Locks are taken as in 30_agenda; a batch after all of them. */

/* What is due soon: a row a schedule, by instant and id, past q.at and q.id, up to q.until; those
 * that are ready are left out, and so is what can't be made ready. */
CREATE OR REPLACE FUNCTION ap.agenda_soon(q jsonb) RETURNS jsonb
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
SET jit = off
SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    t timestamptz := ap.clock();
    from_at timestamptz := greatest(t, ap.ts((q ->> 'at')::bigint));
    from_id uuid := (q ->> 'id')::uuid;
    until timestamptz := t + (q ->> 'within')::bigint * interval '1 microsecond';
    most integer := (q ->> 'max')::int;
    ret jsonb;
BEGIN
    SELECT jsonb_agg(ap.due_row(f.s, 0, f.spec) ORDER BY f.at, f.id) INTO ret
    FROM (SELECT s, s.specification_id AS spec, s.next_run_at AS at, s.id
          FROM ap.autopilot_schedules s
          WHERE s.enabled AND s.status = 'active' AND s.deleted_at IS NULL
            AND (s.next_run_at, s.id) > (from_at, from_id) AND s.next_run_at <= until
            AND s.after_id IS NULL
            AND NOT EXISTS (SELECT FROM ap.ready_slots r WHERE r.schedule = s.id)
          ORDER BY s.next_run_at, s.id LIMIT most) f;
    RETURN jsonb_build_object('now', ap.us(t), 'rows', coalesce(ret, '[]'));
END $$;

/* Of these orders those that are still so become ready, a batch an instant. */
CREATE OR REPLACE FUNCTION ap.ready_make(orders jsonb, me uuid, gen bigint, t timestamptz)
RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    WITH o AS MATERIALIZED (
        SELECT e.n, (e.o ->> 'schedule')::uuid AS schedule, ap.ts((e.o ->> 'seen')::bigint) AS due,
               ap.ts((e.o ->> 'slot')::bigint) AS slot, (e.o ->> 'slot')::bigint AS slot_us,
               e.o ->> 'key' AS key, ap.ts((e.o ->> 'next')::bigint) AS next
        FROM jsonb_array_elements(orders) WITH ORDINALITY e (o, n)
    ), seen AS MATERIALIZED (
        SELECT o.*, p.id AS spec, EXISTS (
                   SELECT FROM ap.schedule_specifications x WHERE x.schedule = s.id) AS several,
               EXISTS (SELECT FROM ap.newsletter_runs r
                       WHERE r.status IN ('queued', 'running')
                         AND r.specification_id = p.id) AS busy,
               EXISTS (SELECT FROM ap.newsletter_runs r
                       WHERE r.specification_id = p.id AND r.period_key = o.key
                         AND r.period_key IS NOT NULL
                         AND r.status IN ('queued', 'running', 'success')) AS held,
               EXISTS (SELECT FROM ap.newsletter_runs r
                       WHERE r.autopilot_schedule_id = s.id AND r.scheduled_for = o.slot
                         AND r.specification_id = p.id) AS there
        FROM o
        CROSS JOIN LATERAL (SELECT * FROM ap.autopilot_schedules x
                            WHERE x.id = o.schedule OFFSET 0) s /* by its key, whatever else */
        JOIN ap.newsletter_specifications p ON p.id = s.specification_id
        WHERE s.next_run_at = o.due AND s.next_run_at > t AND s.deleted_at IS NULL AND s.enabled
          AND s.status = 'active' AND s.after_id IS NULL AND p.active AND p.deleted_at IS NULL
    ), look AS MATERIALIZED (
        SELECT * FROM seen e WHERE NOT (e.several OR e.busy OR e.held OR e.there)
    ), batch AS (
        INSERT INTO ap.ready_batches (engine, journal_gen, due)
        SELECT DISTINCT me, gen, l.due FROM look l RETURNING id, due
    )
    INSERT INTO ap.ready_slots (run, batch, schedule, specification_id, due, slot, period_key,
                                next_run_at)
    SELECT ap.slot_id(l.schedule, l.slot_us, l.spec), b.id, l.schedule, l.spec, l.due, l.slot,
           l.key, l.next
    FROM look l JOIN batch b ON b.due = l.due ORDER BY l.n
    ON CONFLICT DO NOTHING;
END $$;

/* q: engine, gen, orders (as of ap.agenda_slots, each of another schedule). Answers works as
 * ap.run_take() does, each with its batch. */
CREATE OR REPLACE FUNCTION ap.agenda_ready(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
    me uuid := (q ->> 'engine')::uuid;
    gen bigint := (q ->> 'gen')::bigint;
    ids uuid[] := ARRAY(SELECT (e ->> 'schedule')::uuid
                        FROM jsonb_array_elements(q -> 'orders') e);
    ret jsonb;
BEGIN
    PERFORM ap.lock_specs(ARRAY(SELECT s.specification_id FROM ap.autopilot_schedules s
                                WHERE s.id = ANY (ids)));
    PERFORM ap.lock_schedules(ids);
    DELETE FROM ap.ready_batches b
    WHERE b.due < t - interval '1 hour'
      AND NOT EXISTS (SELECT FROM ap.ready_slots r WHERE r.batch = b.id);
    PERFORM ap.ready_make(q -> 'orders', me, gen, t);
    SELECT jsonb_agg(w.work || jsonb_build_object('batch', r.batch, 'due', ap.us(r.due))
                     ORDER BY r.due, r.batch) INTO ret
    FROM (SELECT array_agg(ROW (r.run, r.specification_id, s.workspace_id, r.schedule, 1,
                                'schedule', r.slot, r.slot)::ap.run_piece) AS pieces
          FROM ap.ready_slots r
          JOIN ap.ready_batches b ON b.id = r.batch
          JOIN ap.autopilot_schedules s ON s.id = r.schedule
          WHERE r.schedule = ANY (ids) AND b.engine = me AND b.journal_gen = gen
            AND b.begun_at IS NULL) p
    CROSS JOIN LATERAL ap.works_of(p.pieces) w
    JOIN ap.ready_slots r ON r.run = w.run;
    RETURN coalesce(ret, '[]');
END $$;

/* q: engine, gen, batches. Those whose instant has come have begun; asking again gives the same
 * answer. Answers begun (batches), gone (batch and run of what was withdrawn from them), now. */
CREATE OR REPLACE FUNCTION ap.agenda_begin(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    ids bigint[] := ARRAY(SELECT e::bigint FROM jsonb_array_elements_text(q -> 'batches') e);
    t timestamptz;
    ret jsonb;
BEGIN
    PERFORM 1 FROM ap.ready_batches b WHERE b.id = ANY (ids) ORDER BY b.id FOR UPDATE;
    t := ap.clock();
    WITH begun AS (
        UPDATE ap.ready_batches b SET begun_at = coalesce(b.begun_at, t)
        WHERE b.id = ANY (ids) AND b.engine = (q ->> 'engine')::uuid
          AND b.journal_gen = (q ->> 'gen')::bigint AND b.due <= t
        RETURNING b.id, b.withdrawn)
    SELECT jsonb_build_object('now', ap.us(t), 'begun', coalesce(jsonb_agg(b.id), '[]'),
               'gone', coalesce((SELECT jsonb_agg(jsonb_build_array(x.id, g.run))
                                 FROM begun x, unnest(x.withdrawn) g (run)), '[]'))
    INTO ret FROM begun b;
    RETURN ret;
END $$;

/* What has begun of these is written down: the run, its events, the schedule's next instant. The
 * specifications' locks are the caller's. A run that can't be any more (another has its slot) is
 * left out: its lane is fenced. */
CREATE OR REPLACE FUNCTION ap.ready_settle(runs uuid[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    t timestamptz := ap.clock();
    queued integer := coalesce((SELECT k.level FROM ap.event_kinds k
                                WHERE k.kind = 'slot_queued'), 2);
    started integer := coalesce((SELECT k.level FROM ap.event_kinds k
                                 WHERE k.kind = 'run_started'), 2);
BEGIN
    PERFORM ap.lock_schedules(ARRAY(SELECT r.schedule FROM ap.ready_slots r
                                    WHERE r.run = ANY (runs)));
    WITH begun AS MATERIALIZED (
        DELETE FROM ap.ready_slots r USING ap.ready_batches b
        WHERE r.run = ANY (runs) AND b.id = r.batch AND b.begun_at IS NOT NULL
        RETURNING r.*, b.begun_at, b.engine, b.journal_gen
    ), made AS (
        INSERT INTO ap.newsletter_runs (id, workspace_id, specification_id, autopilot_schedule_id,
            trigger, scheduled_for, status, attempt, not_before, period_at, period_key, owner,
            journal_gen, until, created_at, started_at)
        SELECT g.run, s.workspace_id, g.specification_id, g.schedule, 'schedule', g.slot,
               'running', 1, g.slot, g.slot, g.period_key, g.engine, g.journal_gen,
               t + ap.run_ttl(), g.begun_at, g.begun_at
        FROM begun g JOIN ap.autopilot_schedules s ON s.id = g.schedule ORDER BY g.batch, g.run
        ON CONFLICT DO NOTHING
        RETURNING id
    ), moved AS (
        UPDATE ap.autopilot_schedules e
        SET next_run_at = CASE WHEN e.next_run_at = g.due THEN g.next_run_at
                               ELSE e.next_run_at END,
            last_scheduled_for = greatest(e.last_scheduled_for, g.slot),
            slot_count = e.slot_count + 1, updated_at = t
        FROM begun g JOIN made m ON m.id = g.run WHERE e.id = g.schedule
        RETURNING e.id, e.schedule_name
    )
    INSERT INTO ap.events (at, kind, level, schedule, run, text, n1, n2)
    SELECT g.begun_at, x.kind, x.level, g.schedule, g.run, left(o.schedule_name, 240), x.n1, 0
    FROM begun g JOIN moved o ON o.id = g.schedule
    CROSS JOIN LATERAL (VALUES ('slot_queued', queued, 0), ('run_started', started, 1))
                       x (kind, level, n1)
    ORDER BY g.batch, g.run, x.n1;
END $$;

/* q: engine, gen, batches, of this engine and start. What has begun is written down, what has not
 * is given up. A batch without slots is forgotten. */
CREATE OR REPLACE FUNCTION ap.agenda_settle(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    ids bigint[] := ARRAY(
        SELECT b.id FROM jsonb_array_elements_text(q -> 'batches') e
        JOIN ap.ready_batches b ON b.id = e::bigint
        WHERE b.engine = (q ->> 'engine')::uuid AND b.journal_gen = (q ->> 'gen')::bigint);
    runs uuid[] := ARRAY(SELECT r.run FROM ap.ready_slots r WHERE r.batch = ANY (ids));
BEGIN
    PERFORM ap.lock_specs(ARRAY(SELECT r.specification_id FROM ap.ready_slots r
                                WHERE r.run = ANY (runs))); /* settles them */
    PERFORM ap.ready_withdraw(runs);
    DELETE FROM ap.ready_batches b
    WHERE b.id = ANY (ids) AND NOT EXISTS (SELECT FROM ap.ready_slots r WHERE r.batch = b.id);
    RETURN '{}';
END $$;
