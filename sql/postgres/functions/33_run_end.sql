/* 33_run_end - how a run ended, its report, and what follows from a success.
 *
 * Schedules that follow the run's schedule get their slot in the transaction that says that it
 * succeeded. What each shall do is decided by the engine, by the same rules as for slots that time
 * brings: when a report has followers and nothing was decided on them as they are now, the command
 * leaves that run as it is and answers with them; the engine decides, and tells the end again with
 * what it saw. */

DO $$
BEGIN
    CREATE TYPE ap.run_seen AS (seq bigint, id uuid, status text, attempt integer, trigger text,
        schedule uuid, spec uuid, name text, at timestamptz);
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;

/* at: the slot of the run, else the instant of its period. */
CREATE OR REPLACE FUNCTION ap.run_look(the_run uuid) RETURNS ap.run_seen
LANGUAGE plpgsql STABLE AS $$
DECLARE
    ret ap.run_seen;
BEGIN
    SELECT r.seq, r.id, r.status, r.attempt, r.trigger, r.autopilot_schedule_id,
           r.specification_id, coalesce(s.schedule_name, p.name),
           coalesce(r.scheduled_for, r.period_at) INTO ret
    FROM ap.newsletter_runs r
    JOIN ap.newsletter_specifications p ON p.id = r.specification_id
    LEFT JOIN ap.autopilot_schedules s ON s.id = r.autopilot_schedule_id
    WHERE r.id = the_run;
    RETURN ret;
END $$;

/* e: items, sources, failed, report, sha256, bytes; what is left out is none. */
CREATE OR REPLACE FUNCTION ap.run_finish(f ap.run_seen, state text, why text, e jsonb,
    t timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ap.newsletter_runs r
    SET status = state, error = coalesce(why, ''), items = coalesce((e ->> 'items')::int, 0),
        sources = coalesce((e ->> 'sources')::int, 0),
        sources_failed = coalesce((e ->> 'failed')::int, 0),
        report = coalesce(e ->> 'report', ''), sha256 = coalesce(e ->> 'sha256', ''),
        bytes = coalesce((e ->> 'bytes')::bigint, 0), finished_at = t, until = NULL
    WHERE r.seq = f.seq;
END $$;

/* A line about the run: "NAME" or "NAME: WHY". */
CREATE OR REPLACE FUNCTION ap.run_note(kind text, f ap.run_seen, why text, e jsonb,
    t timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    words text := f.name || CASE WHEN why <> '' THEN ': ' || why ELSE '' END;
    made integer := coalesce((e ->> 'items')::int, 0);
    asked integer := coalesce((e ->> 'sources')::int, 0) - coalesce((e ->> 'failed')::int, 0);
BEGIN
    IF kind = 'run_retry' THEN
        PERFORM ap.note(t, kind, words => words, n1 => made, n2 => asked,
                        schedule => f.schedule, run => f.id);
    ELSE
        PERFORM ap.audit(t, kind, 'autopilot', f.name, words => words, n1 => made, n2 => asked,
                         schedule => f.schedule, run => f.id);
    END IF;
END $$;

/* The schedule's own memory of its runs. A test counts for nothing. */
CREATE OR REPLACE FUNCTION ap.run_count(f ap.run_seen, state text, why text, t timestamptz)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ap.autopilot_schedules s
    SET last_run_at = t, last_run_status = state, last_run_error = why, updated_at = t,
        run_count = s.run_count + (state <> 'skipped')::int,
        success_count = s.success_count + (state = 'success')::int,
        failure_count = s.failure_count + (state = 'failed')::int
    WHERE s.id = f.schedule AND f.trigger <> 'test';
END $$;

CREATE OR REPLACE FUNCTION ap.run_failed(f ap.run_seen, e jsonb, t timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    retry bigint := coalesce((e ->> 'retry_at')::bigint, 0);
    why text := e ->> 'error';
BEGIN
    IF retry > 0 THEN
        UPDATE ap.newsletter_runs r
        SET status = 'queued', not_before = ap.ts(retry), error = why, until = NULL
        WHERE r.seq = f.seq;
        PERFORM ap.run_note('run_retry', f, why, e, t);
        RETURN;
    END IF;
    PERFORM ap.run_finish(f, 'failed', why, e - 'report' - 'sha256' - 'bytes', t);
    PERFORM ap.run_count(f, 'failed', why, t);
    PERFORM ap.run_note('run_failed', f, why, e, t);
END $$;

/* Nothing new, and the schedule wants no empty report: the period is free for the next slot. */
CREATE OR REPLACE FUNCTION ap.run_quiet(f ap.run_seen, e jsonb, t timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    why text := 'nothing new since the last report';
BEGIN
    PERFORM ap.run_finish(f, 'skipped', why, e - 'report' - 'sha256' - 'bytes', t);
    PERFORM ap.run_note('slot_skipped', f, why, e, t);
    PERFORM ap.run_count(f, 'skipped', NULL, t);
END $$;

/* The report is in `made`: e.html and e.text say from which byte on and how long. */
CREATE OR REPLACE FUNCTION ap.run_success(f ap.run_seen, e jsonb, made bytea, t timestamptz)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ap.run_finish(f, 'success', '', e, t);
    INSERT INTO ap.report_files AS r (run, sha256, html, text)
    VALUES (f.id, e ->> 'sha256',
            substr(made, (e -> 'html' ->> 0)::int + 1, (e -> 'html' ->> 1)::int),
            substr(made, (e -> 'text' ->> 0)::int + 1, (e -> 'text' ->> 1)::int))
    ON CONFLICT (run) DO UPDATE
    SET sha256 = excluded.sha256, html = excluded.html, text = excluded.text;
    /* Of a test nobody has had it: the next report has it again. */
    INSERT INTO ap.report_items (specification_id, item, run)
    SELECT f.spec, k.item::bigint, f.id FROM jsonb_array_elements_text(e -> 'keys') k (item)
    WHERE f.trigger <> 'test'
    ON CONFLICT DO NOTHING;
    PERFORM ap.run_count(f, 'success', NULL, t);
    PERFORM ap.deliver(ARRAY[f.id], t);
    PERFORM ap.run_note('run_success', f, '', e, t);
END $$;

/* The schedules that follow this success, in the order in which they were made: for each of their
 * specifications ap.due_row, and {slot, filled: the report was made up for, no, near: the periods
 * around the slot that have their report}. A test is no success. */
CREATE OR REPLACE FUNCTION ap.followers(f ap.run_seen, t timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    ret jsonb;
    around interval := interval '32 days'; /* the longest period, and the slot's second */
BEGIN
    SELECT jsonb_agg(ap.due_row(s, o.place, o.spec) || jsonb_build_array(jsonb_build_object(
               'slot', ap.us(f.at), 'filled', f.trigger = 'backfill', 'no', s.no,
               'near', (SELECT coalesce(jsonb_agg(ap.us(n.period_at) ORDER BY n.period_at), '[]')
                        FROM ap.newsletter_runs n
                        WHERE f.trigger = 'backfill' AND n.specification_id = o.spec
                          AND n.status = 'success' AND n.trigger <> 'test'
                          AND n.period_at > f.at - around AND n.period_at < f.at + around)))
               ORDER BY s.no, o.place) INTO ret
    FROM ap.autopilot_schedules s
    CROSS JOIN LATERAL (
        SELECT 0 AS place, s.specification_id AS spec
        UNION ALL
        SELECT x.place, x.specification_id FROM ap.schedule_specifications x
        WHERE x.schedule = s.id) o
    WHERE s.after_id = f.schedule AND f.trigger <> 'test' AND s.deleted_at IS NULL AND s.enabled
      AND s.status = 'active' AND s.next_run_at > t
      AND NOT EXISTS (SELECT 1 FROM ap.newsletter_runs n
                      WHERE n.autopilot_schedule_id = s.id AND n.scheduled_for = f.at
                        AND n.specification_id = o.spec);
    RETURN coalesce(ret, '[]');
END $$;

/* Carries out what was decided about the followers; their runs may begin now. Answers
 * [schedule, specification] of the orders whose period is held by another run. */
CREATE OR REPLACE FUNCTION ap.follow(f ap.run_seen, orders jsonb, t timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    one jsonb[] := '{}';
    words text[];
    held jsonb := '[]';
    o jsonb;
BEGIN
    FOR o IN SELECT e FROM jsonb_array_elements(orders) e LOOP
        one := one || (o || jsonb_build_object('not_before', ap.us(t)));
        CONTINUE WHEN (o ->> 'more')::boolean;
        words := ap.slot_carry_out(one, t);
        FOR i IN 1 .. cardinality(one) LOOP
            IF words[i] = 'blocked' THEN
                held := held || jsonb_build_array(
                    jsonb_build_array(one[i] -> 'schedule', one[i] -> 'spec'));
            END IF;
        END LOOP;
        UPDATE ap.newsletter_runs r SET after_run = f.id
        WHERE r.autopilot_schedule_id = (o ->> 'schedule')::uuid
          AND r.scheduled_for = f.at AND r.after_run IS NULL;
        one := '{}';
    END LOOP;
    RETURN held;
END $$;

/* A success with followers: all of it, or nothing. */
CREATE OR REPLACE FUNCTION ap.run_followed(f ap.run_seen, e jsonb, made bytea, t timestamptz)
RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    rows jsonb;
    held jsonb := '[]';
BEGIN
    PERFORM ap.run_success(f, e, made, t);
    rows := ap.followers(f, t);
    IF rows <> '[]' AND rows IS DISTINCT FROM e -> 'seen' THEN
        RAISE EXCEPTION USING ERRCODE = 'AP100', MESSAGE = 'followers are to be decided about';
    END IF;
    held := ap.follow(f, CASE WHEN rows = '[]' THEN '[]' ELSE e -> 'orders' END, t);
    IF held <> '[]' THEN
        RAISE EXCEPTION USING ERRCODE = 'AP100', MESSAGE = 'followers are to be decided about';
    END IF;
    RETURN '"told"';
EXCEPTION WHEN SQLSTATE 'AP100' THEN
    RETURN jsonb_build_object('rows', rows, 'held', held);
END $$;

CREATE OR REPLACE FUNCTION ap.run_end_one(e jsonb, made bytea, t timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    f ap.run_seen := ap.run_look((e ->> 'run')::uuid);
BEGIN
    IF f.id IS NULL OR f.attempt <> (e ->> 'attempt')::int OR f.status <> 'running' THEN
        RETURN '"fenced"';
    ELSIF NOT (e ->> 'ok')::boolean THEN
        PERFORM ap.run_failed(f, e, t);
    ELSIF (e ->> 'quiet')::boolean THEN
        PERFORM ap.run_quiet(f, e, t);
    ELSIF f.trigger <> 'test' AND EXISTS (SELECT 1 FROM ap.autopilot_schedules s
                                          WHERE s.after_id = f.schedule
                                            AND s.deleted_at IS NULL) THEN
        RETURN ap.run_followed(f, e, made, t);
    ELSE
        PERFORM ap.run_success(f, e, made, t);
    END IF;
    RETURN '"told"';
END $$;

/* --- many at once ----------------------------------------------------------------------------- */

/* A report that nothing follows. */
CREATE OR REPLACE FUNCTION ap.end_is_plain(e jsonb, heads uuid[]) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (e ->> 'ok')::boolean AND NOT (e ->> 'quiet')::boolean
        AND NOT EXISTS (SELECT 1 FROM ap.newsletter_runs r
                        WHERE r.id = (e ->> 'run')::uuid
                          AND r.autopilot_schedule_id = ANY (heads));
END $$;

/* What the record says of such reports, each of another run: as ap.run_success(). */
CREATE OR REPLACE FUNCTION ap.runs_success(ends jsonb[], seen ap.run_seen[], t timestamptz)
RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    UPDATE ap.newsletter_runs r
    SET status = 'success', error = '', items = coalesce((u.e ->> 'items')::int, 0),
        sources = coalesce((u.e ->> 'sources')::int, 0),
        sources_failed = coalesce((u.e ->> 'failed')::int, 0),
        report = coalesce(u.e ->> 'report', ''), sha256 = coalesce(u.e ->> 'sha256', ''),
        bytes = coalesce((u.e ->> 'bytes')::bigint, 0), finished_at = t, until = NULL
    FROM unnest(ends) WITH ORDINALITY u (e, n) WHERE r.seq = (seen[u.n]).seq;
    UPDATE ap.autopilot_schedules s
    SET last_run_at = t, last_run_status = 'success', last_run_error = NULL, updated_at = t,
        run_count = s.run_count + c.runs, success_count = s.success_count + c.runs
    FROM (SELECT f.schedule, count(*) AS runs FROM unnest(seen) f
          WHERE f.trigger <> 'test' GROUP BY f.schedule) c
    WHERE s.id = c.schedule;
    PERFORM ap.deliver(ARRAY(SELECT f.id FROM unnest(seen) f), t);
    PERFORM ap.audit_runs(t, 'run_success', 'autopilot', array_agg((seen[u.n]).name ORDER BY u.n),
        array_agg((seen[u.n]).name ORDER BY u.n),
        array_agg(coalesce((u.e ->> 'items')::bigint, 0) ORDER BY u.n),
        array_agg(coalesce((u.e ->> 'sources')::bigint, 0)
                  - coalesce((u.e ->> 'failed')::bigint, 0) ORDER BY u.n),
        array_agg((seen[u.n]).schedule ORDER BY u.n), array_agg((seen[u.n]).id ORDER BY u.n))
    FROM unnest(ends) WITH ORDINALITY u (e, n);
END $$;

/* Such reports: a word for each, told or fenced. */
CREATE OR REPLACE FUNCTION ap.ends_plain(ends jsonb[], made bytea, t timestamptz) RETURNS jsonb
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    good jsonb[] := '{}';
    seen ap.run_seen[] := '{}';
    ret jsonb := '[]';
    f ap.run_seen;
    e jsonb;
BEGIN
    FOREACH e IN ARRAY ends LOOP
        f := ap.run_look((e ->> 'run')::uuid);
        IF f.id IS NULL OR f.attempt <> (e ->> 'attempt')::int OR f.status <> 'running' THEN
            ret := ret || '["fenced"]';
            CONTINUE;
        END IF;
        good := good || e;
        seen := seen || f;
        ret := ret || '["told"]';
    END LOOP;
    IF cardinality(good) = 0 THEN
        RETURN ret;
    END IF;
    INSERT INTO ap.report_files AS r (run, sha256, html, text)
    SELECT (u.e ->> 'run')::uuid, u.e ->> 'sha256',
           substr(made, (u.e -> 'html' ->> 0)::int + 1, (u.e -> 'html' ->> 1)::int),
           substr(made, (u.e -> 'text' ->> 0)::int + 1, (u.e -> 'text' ->> 1)::int)
    FROM unnest(good) u (e)
    ON CONFLICT (run) DO UPDATE
    SET sha256 = excluded.sha256, html = excluded.html, text = excluded.text;
    /* Of a test nobody has had it: the next report has it again. */
    INSERT INTO ap.report_items (specification_id, item, run)
    SELECT (seen[u.n]).spec, k.item::bigint, (seen[u.n]).id
    FROM unnest(good) WITH ORDINALITY u (e, n)
    CROSS JOIN LATERAL jsonb_array_elements_text(u.e -> 'keys') k (item)
    WHERE (seen[u.n]).trigger <> 'test' ORDER BY u.n
    ON CONFLICT DO NOTHING;
    PERFORM ap.runs_success(good, seen, t);
    RETURN ret;
END $$;

/* q.ends; made: the bytes of their reports. Answers one an end: "told", "fenced", or its followers.
 * Specifications are locked first, then runs, then schedules (see 30_agenda). */
CREATE OR REPLACE FUNCTION ap.run_end(q jsonb, made bytea) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
    ids uuid[] := ARRAY(SELECT (e ->> 'run')::uuid FROM jsonb_array_elements(q -> 'ends') e);
    mine uuid[] := ARRAY(SELECT r.autopilot_schedule_id FROM ap.newsletter_runs r
                         WHERE r.id = ANY (ids) AND r.autopilot_schedule_id IS NOT NULL);
    after uuid[] := ARRAY(SELECT s.id FROM ap.autopilot_schedules s
                          WHERE s.after_id = ANY (mine) AND s.deleted_at IS NULL);
    heads uuid[] := ARRAY(SELECT s.after_id FROM ap.autopilot_schedules s
                          WHERE s.id = ANY (after));
    ret jsonb := '[]';
    plain jsonb[] := '{}';
    plain_ids text[] := '{}';
    e jsonb;
BEGIN
    PERFORM ap.lock_specs(ARRAY(
        SELECT r.specification_id FROM ap.newsletter_runs r WHERE r.id = ANY (ids)
        UNION
        SELECT s.specification_id FROM ap.autopilot_schedules s WHERE s.id = ANY (after)
        UNION
        SELECT x.specification_id FROM ap.schedule_specifications x
        WHERE x.schedule = ANY (after)));
    PERFORM 1 FROM ap.newsletter_runs r WHERE r.id = ANY (ids) ORDER BY r.seq FOR NO KEY UPDATE;
    PERFORM ap.lock_schedules(mine || after);
    FOR e IN SELECT x FROM jsonb_array_elements(q -> 'ends') x LOOP
        IF ap.end_is_plain(e, heads) AND e ->> 'run' <> ALL (plain_ids) THEN
            plain := plain || e;
            plain_ids := plain_ids || (e ->> 'run');
            CONTINUE;
        END IF;
        ret := ret || ap.ends_plain(plain, made, t)
            || jsonb_build_array(ap.run_end_one(e, made, t));
        plain := '{}';
        plain_ids := '{}';
    END LOOP;
    RETURN ret || ap.ends_plain(plain, made, t);
END $$;

/* A report as it was made, for a copy. */
CREATE OR REPLACE FUNCTION ap.report_get(the_run uuid)
RETURNS TABLE (sha256 text, html bytea, words bytea)
LANGUAGE sql STABLE AS
$$ SELECT r.sha256, r.html, r.text FROM ap.report_files r WHERE r.run = the_run $$;
