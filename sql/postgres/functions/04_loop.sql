/* 04_loop - loads a job's plan and makes the moves of its rotation.
 *
 * A move is a compare-and-set: the statement that changes a state names the state that the lane
 * saw; when no row matches, somebody was faster, and the lane loads again (AP005). */

/* The variations of a term: text by number. */
CREATE OR REPLACE FUNCTION ap.words_of(the_job uuid, the_term integer) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_object_agg(v.k, v.text), '{}') FROM ap.term_variations v
    WHERE v.job = the_job AND v.term_no = the_term
$$;

CREATE OR REPLACE FUNCTION ap.job_load(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
    the_job uuid := (q ->> 'job')::uuid;
    ret jsonb;
BEGIN
    /* One statement, so that it sees one state. */
    SELECT jsonb_build_object('name', j.name, 'workspace', w.name, 'provider', j.provider,
        'rev', j.rev, 'distribution', j.distribution_method, 'mode', j.mode,
        'loop_interval', j.loop_interval, 'max', j.max_emails_per_group,
        'variations', j.variations, 'loop', j.loop_automation, 'one', j.one_lead_per_domain,
        'recontact', j.recontact, 'seed', j.seed, 'cycle', p.cycle, 'ended', p.cycle_ended,
        'draws', p.draws, 'rested', coalesce(p.rest_until <= t, false),
        'total', j.total_emails_sent,
        'groups', (SELECT coalesce(jsonb_agg(jsonb_build_array(g.group_no, g.name, g.template,
                       g.state, g.counted, g.pass, g.draw_no) ORDER BY g.place), '[]')
                   FROM ap.search_groups g WHERE g.job = j.id AND NOT g.removed),
        'terms', (SELECT coalesce(jsonb_agg(jsonb_build_array(s.group_no, s.term_no, s.text,
                      s.state, s.counted, s.target, s.queued, s.deferred, s.failures, s.first,
                      s.variation, s.result, s.address, s.ended,
                      CASE WHEN s.deferred > 0 THEN
                          (SELECT count(*) FROM ap.sends o
                           WHERE o.job = j.id AND o.mode = j.mode AND o.term_no = s.term_no
                             AND o.state = 'deferred' AND o.retry_at <= t) ELSE 0 END)
                      ORDER BY g.place, s.place), '[]')
                  FROM ap.search_terms s
                  JOIN ap.search_groups g ON g.job = s.job AND g.group_no = s.group_no
                  WHERE s.job = j.id AND NOT s.removed AND NOT g.removed),
        'words', (SELECT jsonb_object_agg(s.term_no, ap.words_of(s.job, s.term_no))
                  FROM ap.search_terms s WHERE s.job = j.id AND s.state = 'running'))
    INTO ret
    FROM ap.automation_jobs j
    JOIN ap.workspaces w ON w.id = j.workspace_id
    JOIN ap.automation_process_state p ON p.job = j.id
    WHERE j.id = the_job AND j.deleted_at IS NULL;
    IF ret IS NULL THEN
        PERFORM ap.fail('AP003', 'record: the job is not there; it may have been deleted');
    END IF;
    RETURN ret;
END $$;

CREATE OR REPLACE FUNCTION ap.template_load(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    ret jsonb;
BEGIN
    SELECT jsonb_build_object('name', e.name, 'subject', e.subject, 'text', e.text,
                              'html', e.html) INTO ret
    FROM ap.search_groups g
    JOIN ap.automation_jobs j ON j.id = g.job
    JOIN ap.email_templates e ON e.workspace_id = j.workspace_id AND e.name = g.template
    WHERE g.job = (q ->> 'job')::uuid AND g.group_no = (q ->> 'group')::int;
    IF ret IS NULL THEN
        PERFORM ap.fail('AP003', format('job: group %s has no template that exists; give it one '
                                        'and start again', q ->> 'group'));
    END IF;
    RETURN ret;
END $$;

CREATE OR REPLACE FUNCTION ap.variation_load(q jsonb) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object('text', coalesce(
        (SELECT v.text FROM ap.term_variations v
         WHERE v.job = (q ->> 'job')::uuid AND v.term_no = (q ->> 'term')::int
           AND v.k = (q ->> 'k')::int), ''))
$$;

CREATE OR REPLACE FUNCTION ap.changed_meanwhile(move text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ap.fail('AP005', format('job: the move "%s" no longer fits: the job''s position has '
                                    'changed; load it again', move));
END $$;

/* Where the job stands now: for resuming, and in the documents' columns. 0: none. */
CREATE OR REPLACE FUNCTION ap.stand(the_job uuid, the_group integer, the_term integer,
    the_draws integer, t timestamptz) RETURNS void
LANGUAGE sql AS $$
    UPDATE ap.automation_process_state
    SET group_no = nullif(the_group, 0), term_no = nullif(the_term, 0), draws = the_draws,
        saved_at = t
    WHERE job = the_job;
    UPDATE ap.automation_jobs
    SET current_group = (SELECT g.name FROM ap.search_groups g
                         WHERE g.job = the_job AND g.group_no = the_group),
        group_emails_sent = coalesce((SELECT g.counted FROM ap.search_groups g
                                      WHERE g.job = the_job AND g.group_no = the_group), 0),
        current_position = (SELECT s.place FROM ap.search_terms s
                            WHERE s.job = the_job AND s.term_no = the_term),
        updated_at = t
    WHERE id = the_job;
$$;

CREATE OR REPLACE FUNCTION ap.move_cycle(the_job uuid, the_cycle integer, t timestamptz)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ap.automation_process_state
    SET cycle = the_cycle, cycle_ended = false, draws = 0, group_no = NULL, term_no = NULL,
        rest_until = NULL, wait_until = NULL, started_at = t, saved_at = t
    WHERE job = the_job;
    UPDATE ap.search_groups SET state = 'waiting', counted = 0, pass = 0, draw_no = 0
    WHERE job = the_job;
    UPDATE ap.search_terms
    SET first = (state = 'deferred'), state = 'waiting', counted = 0, target = 0, failures = 0,
        variation = 0, result = '', address = 0, ended = false
    WHERE job = the_job;
    PERFORM ap.stand(the_job, 0, 0, 0, t);
    PERFORM ap.note(t, 'cycle', job => the_job, n1 => the_cycle);
END $$;

/* What is left of the group's limit is dealt to the terms that are neither exhausted, deferred nor
 * full: an equal share each, one more for the first of them in the order of turns. Returns what
 * was left. As rotation_targets() (src/domain/rotation.c). */
CREATE OR REPLACE FUNCTION ap.deal(the_job uuid, the_group integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    places integer;
    per_term integer;
BEGIN
    SELECT j.max_emails_per_group - g.counted, j.loop_interval INTO places, per_term
    FROM ap.automation_jobs j JOIN ap.search_groups g ON g.job = j.id
    WHERE j.id = the_job AND g.group_no = the_group;
    UPDATE ap.search_terms s
    SET target = d.target
    FROM (SELECT x.term_no,
                 CASE WHEN x.takes AND places > 0
                      THEN least(per_term, x.counted + places / x.n + (x.turn <= places % x.n)::int)
                      ELSE 0 END AS target
          FROM (SELECT y.*, greatest(count(*) FILTER (WHERE y.takes) OVER (), 1) AS n,
                       row_number() OVER (ORDER BY NOT y.takes, NOT y.first, y.place) AS turn
                FROM (SELECT s2.term_no, s2.counted, s2.first, s2.place,
                             s2.state IN ('waiting', 'running')
                                 AND s2.counted < per_term AS takes
                      FROM ap.search_terms s2
                      WHERE s2.job = the_job AND s2.group_no = the_group AND NOT s2.removed) y) x
         ) d
    WHERE s.job = the_job AND s.term_no = d.term_no AND s.target <> d.target;
    RETURN places;
END $$;

CREATE OR REPLACE FUNCTION ap.move_pass(the_job uuid, the_group integer, old_pass integer,
    t timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    places integer;
BEGIN
    UPDATE ap.search_groups SET pass = pass + 1
    WHERE job = the_job AND group_no = the_group AND pass = old_pass AND state = 'running'
      AND NOT removed;
    IF NOT FOUND THEN
        PERFORM ap.changed_meanwhile('pass');
    END IF;
    places := ap.deal(the_job, the_group);
    PERFORM ap.note(t, 'pass', job => the_job, group_no => the_group, n1 => old_pass + 1,
                    n2 => places);
END $$;

CREATE OR REPLACE FUNCTION ap.move_term(q jsonb, old_state text, new_state text, the_draws integer,
    t timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    the_job uuid := (q ->> 'job')::uuid;
    the_group integer := (q ->> 'group')::int;
    the_term integer := (q ->> 'term')::int;
    now_counted integer;
BEGIN
    UPDATE ap.search_terms SET state = new_state
    WHERE job = the_job AND term_no = the_term AND state = old_state AND NOT removed
    RETURNING counted INTO now_counted;
    IF NOT FOUND THEN
        PERFORM ap.changed_meanwhile(q ->> 'move');
    END IF;
    PERFORM ap.stand(the_job, the_group, the_term, the_draws, t);
    PERFORM ap.note(t, CASE new_state WHEN 'running' THEN 'term' ELSE 'term_end' END,
                    job => the_job, group_no => the_group, term_no => the_term,
                    words => CASE new_state WHEN 'running' THEN NULL ELSE new_state END,
                    n1 => now_counted);
END $$;

CREATE OR REPLACE FUNCTION ap.move_group_end(the_job uuid, the_group integer, t timestamptz)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    now_counted integer;
BEGIN
    UPDATE ap.search_groups SET state = 'done'
    WHERE job = the_job AND group_no = the_group AND state = 'running'
    RETURNING counted INTO now_counted;
    IF NOT FOUND THEN
        PERFORM ap.changed_meanwhile('group_end');
    END IF;
    UPDATE ap.search_terms SET state = 'done'
    WHERE job = the_job AND group_no = the_group AND state = 'waiting' AND counted > 0;
    PERFORM ap.note(t, 'group_end', job => the_job, group_no => the_group, n1 => now_counted);
END $$;

CREATE OR REPLACE FUNCTION ap.move_complete(the_job uuid, the_cycle integer, t timestamptz)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    total bigint;
BEGIN
    UPDATE ap.automation_process_state
    SET cycle_ended = true, ended_at = t, error = NULL, saved_at = t WHERE job = the_job;
    UPDATE ap.automation_jobs SET status = 'completed', desired = 'stop', updated_at = t
    WHERE id = the_job RETURNING total_emails_sent INTO total;
    PERFORM ap.note(t, 'job_completed', job => the_job, n1 => the_cycle, n2 => total);
END $$;

/* q: job, engine, epoch; seen {cycle, ended, draws, rev, mode}; move and what it needs: group,
 * term, draw, pass, old (the term's state), new, cycle, rest_until. load: the answer is the plan as
 * it is after the move, as job_load gives it; otherwise it is empty. */
CREATE OR REPLACE FUNCTION ap.job_move(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
    the_job uuid := (q ->> 'job')::uuid;
    the_group integer := (q ->> 'group')::int;
    p record;
BEGIN
    PERFORM ap.fence(q, t);
    SELECT s.cycle, s.cycle_ended, s.draws, s.rest_until, j.rev, j.mode INTO p
    FROM ap.automation_process_state s JOIN ap.automation_jobs j ON j.id = s.job
    WHERE s.job = the_job;
    IF (p.cycle, p.cycle_ended, p.draws, p.rev, p.mode) IS DISTINCT FROM
       ((q #>> '{seen,cycle}')::int, (q #>> '{seen,ended}')::boolean, (q #>> '{seen,draws}')::int,
        (q #>> '{seen,rev}')::bigint, q #>> '{seen,mode}') THEN
        PERFORM ap.changed_meanwhile(q ->> 'move');
    END IF;
    CASE q ->> 'move'
    WHEN 'cycle' THEN
        PERFORM ap.move_cycle(the_job, (q ->> 'cycle')::int, t);
    WHEN 'group' THEN
        UPDATE ap.search_groups SET state = 'running', draw_no = (q ->> 'draw')::int
        WHERE job = the_job AND group_no = the_group AND state = 'waiting' AND draw_no = 0
          AND NOT removed;
        IF NOT FOUND THEN
            PERFORM ap.changed_meanwhile('group');
        END IF;
        PERFORM ap.stand(the_job, the_group, 0, (q ->> 'draw')::int, t);
        PERFORM ap.note(t, 'group', job => the_job, group_no => the_group,
                        n1 => (q ->> 'draw')::bigint);
    WHEN 'pass' THEN
        PERFORM ap.move_pass(the_job, the_group, (q ->> 'pass')::int, t);
    WHEN 'term', 'term_end' THEN
        PERFORM ap.move_term(q, q ->> 'old', q ->> 'new', p.draws, t);
    WHEN 'group_end' THEN
        PERFORM ap.move_group_end(the_job, the_group, t);
    WHEN 'rest' THEN
        /* A rest that has begun goes on as it was: the answer to the move was lost. */
        IF p.rest_until IS NULL OR p.rest_until <= t THEN
            UPDATE ap.automation_process_state
            SET rest_until = ap.ts((q ->> 'rest_until')::bigint), saved_at = t
            WHERE job = the_job;
            PERFORM ap.note(t, 'job_rests', job => the_job, n1 => p.cycle);
        END IF;
    WHEN 'complete' THEN
        PERFORM ap.move_complete(the_job, p.cycle, t);
    ELSE
        PERFORM ap.fail('AP003', format('job: "%s" is not a move to be made', q ->> 'move'));
    END CASE;
    RETURN CASE WHEN (q ->> 'load')::boolean THEN ap.job_load(q) ELSE '{}' END;
END $$;
