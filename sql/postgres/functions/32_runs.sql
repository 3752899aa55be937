/* 32_runs - waiting runs are taken and worked, many in one transaction.
 *
 * Run and attempt together name a piece of work. Whoever took a row later has a higher attempt, so
 * what an earlier lane still says about it is told apart, however late it comes. */

/* The runs that wait longest, or whose lane is dead: backfills (past) or the others. Of one
 * specification one report at a time is made: the next is to know what it had. The shape of the
 * plan is pinned: in the order of the index, which an earlier look rid of dead entries. */
CREATE OR REPLACE FUNCTION ap.run_candidates(me uuid, gen bigint, t timestamptz, past boolean,
    most integer) RETURNS bigint[]
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
SET enable_bitmapscan = off SET enable_sort = off AS $$
BEGIN
    RETURN ARRAY(
        SELECT n.seq FROM ap.newsletter_runs n
        WHERE n.status IN ('queued', 'running') AND (n.trigger = 'backfill') = past
          AND ((n.status = 'queued' AND n.not_before <= t
                AND NOT EXISTS (SELECT 1 FROM ap.newsletter_runs b
                                WHERE b.status IN ('queued', 'running') AND b.status = 'running'
                                  AND b.specification_id = n.specification_id))
               OR (n.status = 'running'
                   AND (n.until <= t OR (n.owner = me AND n.journal_gen < gen))))
        ORDER BY n.not_before, n.seq
        LIMIT most);
END $$;

/* Which of these, that are locked now, still are. */
CREATE OR REPLACE FUNCTION ap.run_candidates_still(seqs bigint[], me uuid, gen bigint,
    t timestamptz) RETURNS bigint[]
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
SET enable_bitmapscan = off AS $$
BEGIN
    RETURN ARRAY(
        SELECT n.seq FROM unnest(seqs) u (seq) JOIN ap.newsletter_runs n ON n.seq = u.seq
        WHERE (n.status = 'queued' AND n.not_before <= t
               AND NOT EXISTS (SELECT 1 FROM ap.newsletter_runs b
                               WHERE b.status IN ('queued', 'running') AND b.status = 'running'
                                 AND b.specification_id = n.specification_id))
           OR (n.status = 'running'
               AND (n.until <= t OR (n.owner = me AND n.journal_gen < gen)))
        ORDER BY n.not_before, n.seq);
END $$;

/* The same, locked: what others hold just now is passed over, and looked at again when the locks
 * are there. */
CREATE OR REPLACE FUNCTION ap.run_candidates_locked(me uuid, gen bigint, t timestamptz,
    past boolean, most integer) RETURNS bigint[]
LANGUAGE plpgsql AS $$
DECLARE
    seqs bigint[] := ap.run_candidates(me, gen, t, past, most);
    specs uuid[];
BEGIN
    IF cardinality(seqs) = 0 THEN
        RETURN seqs;
    END IF;
    specs := ARRAY(
        SELECT p.id FROM ap.newsletter_specifications p
        WHERE p.id IN (SELECT r.specification_id FROM ap.newsletter_runs r
                       WHERE r.seq = ANY (seqs))
        ORDER BY p.id FOR NO KEY UPDATE SKIP LOCKED);
    seqs := ARRAY(
        SELECT r.seq FROM ap.newsletter_runs r
        WHERE r.seq = ANY (seqs) AND r.specification_id = ANY (specs)
        ORDER BY r.seq FOR NO KEY UPDATE SKIP LOCKED);
    RETURN ap.run_candidates_still(seqs, me, gen, t);
END $$;

CREATE OR REPLACE FUNCTION ap.run_start(seqs bigint[], me uuid, gen bigint, t timestamptz)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ap.newsletter_runs r
    SET status = 'running', attempt = r.attempt + 1, owner = me, journal_gen = gen,
        until = t + ap.run_ttl(), started_at = t, error = ''
    WHERE r.seq = ANY (seqs);
    INSERT INTO ap.events (at, kind, level, schedule, run, text, n1, n2)
    SELECT t, 'run_started', coalesce(k.level, 2), r.autopilot_schedule_id, r.id,
           coalesce(s.schedule_name, p.name), r.attempt, 0
    FROM unnest(seqs) WITH ORDINALITY u (seq, at)
    JOIN ap.newsletter_runs r ON r.seq = u.seq
    JOIN ap.newsletter_specifications p ON p.id = r.specification_id
    LEFT JOIN ap.autopilot_schedules s ON s.id = r.autopilot_schedule_id
    LEFT JOIN ap.event_kinds k ON k.kind = 'run_started'
    ORDER BY u.at;
END $$;

DO $$
BEGIN
    CREATE TYPE ap.run_piece AS (run uuid, spec uuid, workspace uuid, schedule uuid,
        attempt integer, trigger text, slot timestamptz, period timestamptz);
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;

/* All that is needed to make these reports. */
CREATE OR REPLACE FUNCTION ap.works_of(pieces ap.run_piece[])
RETURNS TABLE (run uuid, work jsonb)
LANGUAGE sql STABLE AS $$
    SELECT r.run, jsonb_build_object('run', r.run, 'spec', r.spec,
        'schedule', r.schedule, 'attempt', r.attempt, 'trigger', r.trigger,
        'slot', ap.us(r.slot), 'period', ap.us(r.period), 'workspace', w.name,
        'spec_name', p.name, 'schedule_name', coalesce(s.schedule_name, ''),
        'definition', p.definition::text, 'categories', s.categories_override::text,
        'regions', s.regions_override::text, 'config', coalesce(s.schedule_config::text, ''),
        'last_success', ap.us(
            (SELECT max(o.period_at) FROM ap.newsletter_runs o
             WHERE o.specification_id = r.spec AND o.status = 'success'
               AND o.trigger <> 'test')),
        'fresh', NOT EXISTS (SELECT 1 FROM ap.report_items i
                             WHERE i.specification_id = r.spec AND i.run <> r.run))
    FROM unnest(pieces) r
    JOIN ap.newsletter_specifications p ON p.id = r.spec
    JOIN ap.workspaces w ON w.id = r.workspace
    LEFT JOIN ap.autopilot_schedules s ON s.id = r.schedule
$$;

/* In this order. */
CREATE OR REPLACE FUNCTION ap.run_works(seqs bigint[]) RETURNS jsonb
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$ /* planning took longer than this */
DECLARE
    pieces ap.run_piece[];
    ids uuid[];
    ret jsonb;
BEGIN
    SELECT array_agg(ROW (r.id, r.specification_id, r.workspace_id, r.autopilot_schedule_id,
                          r.attempt, r.trigger, r.scheduled_for, r.period_at)::ap.run_piece
                     ORDER BY u.at),
           array_agg(r.id ORDER BY u.at)
    INTO pieces, ids
    FROM unnest(seqs) WITH ORDINALITY u (seq, at) JOIN ap.newsletter_runs r ON r.seq = u.seq;
    SELECT jsonb_agg(w.work ORDER BY array_position(ids, w.run)) INTO ret
    FROM ap.works_of(pieces) w;
    RETURN coalesce(ret, '[]');
END $$;

/* Of those that were found, which are begun. A run that took its engine down with it three times
 * is not tried a fourth time; one that is tried for the last time is begun alone. */
CREATE OR REPLACE FUNCTION ap.run_choose(seqs bigint[], so_far integer, most integer,
    t timestamptz, OUT begun bigint[], OUT full_up boolean)
LANGUAGE plpgsql AS $$
DECLARE
    c record;
    last boolean;
    seen uuid[] := '{}';
BEGIN
    begun := '{}';
    full_up := false;
    FOR c IN
        SELECT r.seq, r.id, r.specification_id AS spec, r.status = 'running' AS died,
               r.attempt + 1 AS attempt
        FROM ap.newsletter_runs r WHERE r.seq = ANY (seqs) ORDER BY r.not_before, r.seq
    LOOP
        CONTINUE WHEN c.spec = ANY (seen);
        seen := seen || c.spec;
        IF c.died AND c.attempt > 3 THEN
            PERFORM ap.run_failed(ap.run_look(c.id), jsonb_build_object('error',
                'the engine died each time it made this report'), t);
            CONTINUE;
        END IF;
        last := c.died AND c.attempt = 3;
        full_up := last AND so_far + cardinality(begun) > 0;
        EXIT WHEN full_up;
        begun := begun || c.seq;
        full_up := last OR so_far + cardinality(begun) = most;
        EXIT WHEN full_up;
    END LOOP;
END $$;

/* q: engine, gen, max. What is of the past comes when there is nothing else. */
CREATE OR REPLACE FUNCTION ap.run_take(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
    me uuid := (q ->> 'engine')::uuid;
    my_gen bigint := (q ->> 'gen')::bigint;
    most integer := (q ->> 'max')::int;
    all_begun bigint[] := '{}';
    seqs bigint[];
    past boolean := false;
    c record;
BEGIN
    LOOP
        seqs := ap.run_candidates_locked(me, my_gen, t, past, most - cardinality(all_begun));
        EXIT WHEN cardinality(seqs) = 0 AND past;
        IF cardinality(seqs) = 0 THEN
            past := true;
            CONTINUE;
        END IF;
        SELECT * INTO c FROM ap.run_choose(seqs, cardinality(all_begun), most, t);
        PERFORM ap.run_start(c.begun, me, my_gen, t);
        all_begun := all_begun || c.begun;
        EXIT WHEN c.full_up;
    END LOOP;
    RETURN ap.run_works(all_begun);
END $$;

/* What earlier reports of a specification had, ascending as unsigned numbers, 8 bytes each, the
 * highest first. */
CREATE OR REPLACE FUNCTION ap.run_known(the_spec uuid, the_run uuid) RETURNS bytea
LANGUAGE sql STABLE AS $$
    SELECT coalesce(string_agg(int8send(i.item), '' ORDER BY i.item < 0, i.item), '')
    FROM ap.report_items i WHERE i.specification_id = the_spec AND i.run <> the_run
$$;

/* q.pieces: [run, attempt]. Answers for each whether it is still whose it was. */
CREATE OR REPLACE FUNCTION ap.run_renew(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
    ret jsonb;
BEGIN
    WITH pieces AS (
        SELECT (e.piece ->> 0)::uuid AS run, (e.piece ->> 1)::int AS attempt, e.at
        FROM jsonb_array_elements(q -> 'pieces') WITH ORDINALITY e (piece, at)
    ), renewed AS (
        UPDATE ap.newsletter_runs r SET until = t + ap.run_ttl()
        FROM (SELECT o.seq FROM ap.newsletter_runs o JOIN pieces p ON p.run = o.id
              WHERE o.attempt = p.attempt AND o.status = 'running'
              ORDER BY o.seq FOR NO KEY UPDATE OF o) held
        WHERE r.seq = held.seq
        RETURNING r.id, r.attempt
    )
    SELECT jsonb_agg(d.id IS NOT NULL ORDER BY p.at) INTO ret
    FROM pieces p LEFT JOIN renewed d ON d.id = p.run AND d.attempt = p.attempt;
    RETURN coalesce(ret, '[]');
END $$;

/* q: engine, gen, pieces. They were taken and not begun: they wait as before, the attempt is not
 * used up. */
CREATE OR REPLACE FUNCTION ap.run_return(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ap.newsletter_runs r
    SET status = 'queued', attempt = r.attempt - 1, started_at = NULL, until = NULL
    FROM (SELECT o.seq
          FROM jsonb_array_elements(q -> 'pieces') e (piece)
          JOIN ap.newsletter_runs o ON o.id = (e.piece ->> 0)::uuid
          WHERE o.attempt = (e.piece ->> 1)::int AND o.status = 'running'
            AND o.owner = (q ->> 'engine')::uuid AND o.journal_gen = (q ->> 'gen')::bigint
          ORDER BY o.seq FOR NO KEY UPDATE OF o) held
    WHERE r.seq = held.seq;
    RETURN '{}';
END $$;
