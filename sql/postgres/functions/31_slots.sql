/* 31_slots - deals with due slots: each becomes a run row or a reason why not, and its schedule
 * moves on, all of them in one transaction.
 *
 * Nothing is decided here. The engine decided on what it saw; here it is only carried out when that
 * is still so. A slot's row has its name from schedule and instant, so it can't be made twice,
 * whoever tries. An order is an object: schedule, spec (null: its first), more, seen, what,
 * trigger, slot, not_before, key, missed, next, ends, reason. */

DO $$
BEGIN
    CREATE TYPE ap.slot_seen AS (workspace uuid, name text, spec uuid, spec_name text);
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;

/* The schedule, as long as nobody else has dealt with its slot and it still has the
 * specification; else all of it is null. */
CREATE OR REPLACE FUNCTION ap.slot_look(o jsonb) RETURNS ap.slot_seen
LANGUAGE plpgsql STABLE AS $$
DECLARE
    ret ap.slot_seen;
    part uuid := (o ->> 'spec')::uuid;
BEGIN
    SELECT s.workspace_id, s.schedule_name, p.id, p.name INTO ret
    FROM ap.autopilot_schedules s
    JOIN ap.newsletter_specifications p ON p.id = coalesce(part, s.specification_id)
    WHERE s.id = (o ->> 'schedule')::uuid AND s.next_run_at = ap.ts((o ->> 'seen')::bigint)
      AND s.deleted_at IS NULL AND s.enabled AND s.status IN ('active', 'paused')
      AND (part IS NULL OR s.specification_id = part
           OR EXISTS (SELECT 1 FROM ap.schedule_specifications x
                      WHERE x.schedule = s.id AND x.specification_id = part));
    RETURN ret;
END $$;

/* "weekly: why", or "weekly, press: why" when the schedule has several specifications. */
CREATE OR REPLACE FUNCTION ap.slot_label(s ap.slot_seen, several boolean, reason text)
RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT s.name || CASE WHEN several THEN ', ' || s.spec_name ELSE '' END
        || CASE WHEN reason <> '' THEN ': ' || reason ELSE '' END
$$;

CREATE OR REPLACE FUNCTION ap.slot_note(kind text, o jsonb, s ap.slot_seen, several boolean,
    reason text, t timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ap.audit(t, kind, 'autopilot', s.name, words => ap.slot_label(s, several, reason),
                     n1 => (o ->> 'missed')::bigint + 1, schedule => (o ->> 'schedule')::uuid);
END $$;

CREATE OR REPLACE FUNCTION ap.slot_has_row(o jsonb, s ap.slot_seen) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT 1 FROM ap.newsletter_runs r
                   WHERE r.autopilot_schedule_id = (o ->> 'schedule')::uuid
                     AND r.scheduled_for = ap.ts((o ->> 'slot')::bigint)
                     AND r.specification_id = s.spec);
END $$;

/* Another run holds the period that the order's run is to use up. */
CREATE OR REPLACE FUNCTION ap.slot_held(o jsonb, s ap.slot_seen) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN o ->> 'what' = 'run' AND NOT ap.slot_has_row(o, s)
        AND EXISTS (SELECT 1 FROM ap.newsletter_runs r
                    WHERE r.specification_id = s.spec AND r.period_key = o ->> 'key'
                      AND r.period_key IS NOT NULL
                      AND r.status IN ('queued', 'running', 'success'));
END $$;

/* The row of a slot. 'added'; 'there': it had its row, it is only moved on; 'blocked': another run
 * holds the period, and nothing was done. */
CREATE OR REPLACE FUNCTION ap.slot_run(o jsonb, s ap.slot_seen, several boolean, t timestamptz)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    the_schedule uuid := (o ->> 'schedule')::uuid;
    slot_us bigint := (o ->> 'slot')::bigint;
    name uuid := ap.slot_id(the_schedule, slot_us, s.spec);
BEGIN
    INSERT INTO ap.newsletter_runs (id, workspace_id, specification_id, autopilot_schedule_id,
        trigger, scheduled_for, status, not_before, period_at, period_key, created_at)
    VALUES (name, s.workspace, s.spec, the_schedule, o ->> 'trigger', ap.ts(slot_us), 'queued',
            ap.ts((o ->> 'not_before')::bigint), ap.ts(slot_us), o ->> 'key', t)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN CASE WHEN ap.slot_has_row(o, s) THEN 'there' ELSE 'blocked' END;
    END IF;
    PERFORM ap.note(t, 'slot_queued', schedule => the_schedule, run => name,
                    words => ap.slot_label(s, several, ''));
    IF o ->> 'trigger' = 'catchup' AND (o ->> 'missed')::bigint > 0 THEN
        PERFORM ap.slot_note('slot_caught_up', o, s, several, '', t);
    END IF;
    RETURN 'added';
END $$;

/* A slot without a report. */
CREATE OR REPLACE FUNCTION ap.slot_skip(o jsonb, s ap.slot_seen, several boolean, t timestamptz)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    the_schedule uuid := (o ->> 'schedule')::uuid;
    slot timestamptz := ap.ts((o ->> 'slot')::bigint);
BEGIN
    INSERT INTO ap.newsletter_runs (id, workspace_id, specification_id, autopilot_schedule_id,
        trigger, scheduled_for, status, period_at, created_at, finished_at, error)
    VALUES (ap.slot_id(the_schedule, (o ->> 'slot')::bigint, s.spec), s.workspace, s.spec,
            the_schedule, 'schedule', slot, 'skipped', slot, t, t, o ->> 'reason')
    ON CONFLICT DO NOTHING;
    PERFORM ap.slot_note('slot_skipped', o, s, several, o ->> 'reason', t);
END $$;

/* The runs and skips of one slot, and the schedule moves on. False: its period is held, and nothing
 * was done; that can only be of a slot with one specification, of others it was asked before. */
CREATE OR REPLACE FUNCTION ap.slot_fill(orders jsonb[], t timestamptz) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    several boolean := cardinality(orders) > 1;
    last jsonb := orders[cardinality(orders)];
    slot timestamptz := ap.ts((last ->> 'slot')::bigint);
    runs integer := 0;
    skipped integer := 0;
    overlapped integer := 0;
    missed bigint := 0;
    s ap.slot_seen;
    o jsonb;
    came text;
BEGIN
    FOREACH o IN ARRAY orders LOOP
        s := ap.slot_look(o);
        missed := missed + (o ->> 'missed')::bigint + (o ->> 'what' = 'missed')::int;
        IF o ->> 'what' = 'run' THEN
            came := ap.slot_run(o, s, several, t);
            IF came = 'blocked' AND several THEN
                PERFORM ap.fail('AP005', 'schedules: a period was taken meanwhile');
            ELSIF came = 'blocked' THEN
                RETURN false;
            END IF;
            runs := runs + (came = 'added')::int;
        ELSE
            skipped := skipped + (o ->> 'what' = 'frequency')::int;
            overlapped := overlapped + (o ->> 'what' = 'overlap')::int;
            PERFORM ap.slot_skip(o, s, several, t);
        END IF;
    END LOOP;
    UPDATE ap.autopilot_schedules e
    SET next_run_at = ap.ts((last ->> 'next')::bigint),
        last_scheduled_for = greatest(e.last_scheduled_for, slot),
        status = CASE WHEN (last ->> 'ends')::boolean THEN 'cancelled' ELSE 'active' END,
        paused_until = NULL, slot_count = e.slot_count + (runs > 0)::int,
        skip_count = e.skip_count + skipped, overlap_skipped = e.overlap_skipped + overlapped,
        missed_count = e.missed_count + missed, updated_at = t,
        last_run_status = CASE WHEN runs > 0 THEN e.last_run_status ELSE 'skipped' END
    WHERE e.id = (last ->> 'schedule')::uuid;
    IF (last ->> 'ends')::boolean THEN
        PERFORM ap.slot_note('schedule_ended', last, s, false, '', t);
    END IF;
    RETURN true;
END $$;

/* Orders that are about no slot: a pause is over, other zone data, an error, an end. */
CREATE OR REPLACE FUNCTION ap.slot_other(o jsonb, s ap.slot_seen, t timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    what text := o ->> 'what';
    reason text := o ->> 'reason';
    ends boolean := (o ->> 'ends')::boolean;
BEGIN
    UPDATE ap.autopilot_schedules e
    SET status = CASE WHEN what = 'error' THEN 'error'
                      WHEN what = 'end' OR (what = 'resume' AND ends) THEN 'cancelled'
                      ELSE 'active' END,
        next_run_at = CASE WHEN what IN ('resume', 'retime') THEN ap.ts((o ->> 'next')::bigint)
                           ELSE e.next_run_at END,
        paused_until = CASE WHEN what IN ('resume', 'end') THEN NULL ELSE e.paused_until END,
        paused_note = CASE WHEN what = 'resume' THEN '' ELSE e.paused_note END,
        last_run_error = CASE WHEN what = 'error' THEN reason ELSE e.last_run_error END,
        updated_at = t
    WHERE e.id = (o ->> 'schedule')::uuid
      AND e.status = ANY (CASE what WHEN 'resume' THEN ARRAY ['paused']
                                    WHEN 'end' THEN ARRAY ['active', 'paused']
                                    ELSE ARRAY ['active'] END);
    IF what = 'retime' AND NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM ap.slot_note(CASE what WHEN 'resume' THEN 'schedule_woke'
                                   WHEN 'retime' THEN 'schedule_retimed'
                                   WHEN 'error' THEN 'schedule_error'
                                   ELSE 'schedule_ended' END, o, s, false,
                         CASE WHEN what IN ('retime', 'error') THEN reason ELSE '' END, t);
    IF what = 'resume' AND ends THEN
        PERFORM ap.slot_note('schedule_ended', o, s, false, '', t);
    END IF;
END $$;

/* The orders of one slot: all of them are carried out, or none. Who calls has the locks. */
CREATE OR REPLACE FUNCTION ap.slot_carry_out(orders jsonb[], t timestamptz) RETURNS text[]
LANGUAGE plpgsql AS $$
DECLARE
    several boolean := cardinality(orders) > 1;
    first jsonb := orders[1];
    ret text[] := '{}';
    s ap.slot_seen;
    first_seen ap.slot_seen;
    o jsonb;
BEGIN
    FOREACH o IN ARRAY orders LOOP
        s := ap.slot_look(o);
        first_seen := CASE WHEN first_seen.spec IS NULL THEN s ELSE first_seen END;
        ret := ret || CASE WHEN s.spec IS NULL THEN 'gone'
                           WHEN several AND ap.slot_held(o, s) THEN 'blocked' ELSE 'done' END;
    END LOOP;
    IF NOT 'done' = ALL (ret) THEN
        RETURN ret;
    END IF;
    IF first ->> 'what' IN ('resume', 'error', 'end', 'retime') THEN
        PERFORM ap.slot_other(first, first_seen, t);
        RETURN ret;
    END IF;
    IF ap.ts((first ->> 'seen')::bigint) < t - interval '24 hours' THEN
        PERFORM ap.slot_note('schedule_overdue', first, first_seen, false, '', t);
    END IF;
    IF NOT ap.slot_fill(orders, t) THEN
        RETURN ARRAY ['blocked'];
    END IF;
    RETURN ret;
END $$;

/* --- many at once ----------------------------------------------------------------------------- */

/* An order as nearly all are: its slot is of now, it becomes a run, the schedule goes on. */
CREATE OR REPLACE FUNCTION ap.slot_is_plain(o jsonb, t timestamptz) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT o ->> 'what' = 'run' AND o ->> 'missed' = '0' AND NOT (o ->> 'more')::boolean
        AND NOT (o ->> 'ends')::boolean
        AND (o ->> 'seen')::bigint >= ap.us(t - interval '24 hours')
$$;

/* Such orders, each of another schedule, as one statement: what ap.slot_carry_out() does with one
 * after the other, for a tenth of its cost. */
CREATE OR REPLACE FUNCTION ap.slots_plain(orders jsonb[], t timestamptz) RETURNS text[]
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    event_level integer := coalesce((SELECT k.level FROM ap.event_kinds k
                                     WHERE k.kind = 'slot_queued'), 2);
    ret text[];
BEGIN
    WITH o AS MATERIALIZED (
        SELECT e.n, e.o, (e.o ->> 'schedule')::uuid AS schedule, (e.o ->> 'spec')::uuid AS part,
               (e.o ->> 'slot')::bigint AS slot_us, ap.ts((e.o ->> 'slot')::bigint) AS slot
        FROM unnest(orders) WITH ORDINALITY e (o, n)
    ), look AS MATERIALIZED (
        SELECT o.*, s.workspace_id AS workspace, s.schedule_name AS name, p.id AS spec,
               ap.slot_id(o.schedule, o.slot_us, p.id) AS run,
               EXISTS (SELECT 1 FROM ap.newsletter_runs r
                       WHERE r.autopilot_schedule_id = o.schedule AND r.scheduled_for = o.slot
                         AND r.specification_id = p.id) AS there
        FROM o
        CROSS JOIN LATERAL (SELECT * FROM ap.autopilot_schedules x
                            WHERE x.id = o.schedule OFFSET 0) s /* by its key, whatever else */
        JOIN ap.newsletter_specifications p ON p.id = coalesce(o.part, s.specification_id)
        WHERE s.next_run_at = ap.ts((o.o ->> 'seen')::bigint)
          AND s.deleted_at IS NULL AND s.enabled AND s.status IN ('active', 'paused')
          AND (o.part IS NULL OR s.specification_id = o.part
               OR EXISTS (SELECT 1 FROM ap.schedule_specifications x
                          WHERE x.schedule = s.id AND x.specification_id = o.part))
    ), made AS (
        INSERT INTO ap.newsletter_runs (id, workspace_id, specification_id,
            autopilot_schedule_id, trigger, scheduled_for, status, not_before, period_at,
            period_key, created_at)
        SELECT l.run, l.workspace, l.spec, l.schedule, l.o ->> 'trigger', l.slot, 'queued',
               ap.ts((l.o ->> 'not_before')::bigint), l.slot, l.o ->> 'key', t
        FROM look l WHERE NOT l.there ORDER BY l.n
        ON CONFLICT DO NOTHING
        RETURNING id
    ), came AS MATERIALIZED (
        SELECT l.*, m.id IS NOT NULL AS added FROM look l LEFT JOIN made m ON m.id = l.run
    ), moved AS (
        UPDATE ap.autopilot_schedules e
        SET next_run_at = ap.ts((c.o ->> 'next')::bigint),
            last_scheduled_for = greatest(e.last_scheduled_for, c.slot), status = 'active',
            paused_until = NULL, slot_count = e.slot_count + c.added::int, updated_at = t,
            last_run_status = CASE WHEN c.added THEN e.last_run_status ELSE 'skipped' END
        FROM came c WHERE e.id = c.schedule AND (c.added OR c.there)
    ), noted AS (
        INSERT INTO ap.events (at, kind, level, schedule, run, text, n1, n2)
        SELECT t, 'slot_queued', event_level, c.schedule, c.run, left(c.name, 240), 0, 0
        FROM came c WHERE c.added ORDER BY c.n
    )
    SELECT array_agg(CASE WHEN c.n IS NULL THEN 'gone' WHEN c.added OR c.there THEN 'done'
                          ELSE 'blocked' END ORDER BY o.n) INTO ret
    FROM o LEFT JOIN came c ON c.n = o.n;
    RETURN coalesce(ret, '{}');
END $$;

/* q.orders: those of one slot stand together. Answers a word an order. */
CREATE OR REPLACE FUNCTION ap.agenda_slots(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
    ids uuid[] := ARRAY(SELECT (e ->> 'schedule')::uuid
                        FROM jsonb_array_elements(q -> 'orders') e);
    one jsonb[] := '{}'; /* of one slot, so far */
    plain jsonb[] := '{}';
    plain_ids uuid[] := '{}';
    ret text[] := '{}';
    o jsonb;
BEGIN
    PERFORM ap.lock_specs(ARRAY(
        SELECT s.specification_id FROM ap.autopilot_schedules s WHERE s.id = ANY (ids)
        UNION
        SELECT x.specification_id FROM ap.schedule_specifications x WHERE x.schedule = ANY (ids)));
    PERFORM ap.lock_schedules(ids);
    FOR o IN SELECT e FROM jsonb_array_elements(q -> 'orders') e LOOP
        IF cardinality(one) = 0 AND ap.slot_is_plain(o, t)
           AND (o ->> 'schedule')::uuid <> ALL (plain_ids) THEN
            plain := plain || o;
            plain_ids := plain_ids || (o ->> 'schedule')::uuid;
            CONTINUE;
        END IF;
        IF cardinality(plain) > 0 THEN /* they come in the order in which they were asked for */
            ret := ret || ap.slots_plain(plain, t);
            plain := '{}';
            plain_ids := '{}';
        END IF;
        one := one || o;
        IF NOT (o ->> 'more')::boolean THEN
            ret := ret || ap.slot_carry_out(one, t);
            one := '{}';
        END IF;
    END LOOP;
    IF cardinality(one) > 0 THEN
        ret := ret || ap.slot_carry_out(one, t);
    END IF;
    RETURN to_jsonb(ret || ap.slots_plain(plain, t));
END $$;
