/* 03_lease - who works which job: engines, leases, epochs, and how a job comes to rest.
 *
 * The row of ap.job_leases is the job's lock: every command about a job takes it first, so that
 * commands about one job are one after the other and those about others do not wait. Whoever takes
 * a job raises its epoch, and in the same transaction what another engine had in its hands becomes
 * in doubt. */

/* As LEASE_TTL_US. */
CREATE OR REPLACE FUNCTION ap.lease_ttl() RETURNS interval
LANGUAGE sql IMMUTABLE AS $$ SELECT interval '15 seconds' $$;

CREATE OR REPLACE FUNCTION ap.fenced(q jsonb) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ap.fail('AP001', format('record: the lease of epoch %s has run out or is another '
                                    'engine''s', q ->> 'epoch'));
END $$;

/* Locks the job; fails unless the lease is the current one and has not run out. */
CREATE OR REPLACE FUNCTION ap.fence(q jsonb, t timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM ap.job_leases l JOIN ap.automation_jobs j ON j.id = l.job
    WHERE l.job = (q ->> 'job')::uuid AND l.engine = (q ->> 'engine')::uuid
      AND l.epoch = (q ->> 'epoch')::bigint AND l.until > t AND j.deleted_at IS NULL
    FOR UPDATE OF l;
    IF NOT FOUND THEN
        PERFORM ap.fenced(q);
    END IF;
END $$;

/* The term and its group as they are now; term 0: where the job stands. */
CREATE OR REPLACE FUNCTION ap.progress(the_job uuid, the_group integer, the_term integer,
    t timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    ret jsonb;
BEGIN
    IF the_term = 0 THEN
        SELECT coalesce(p.group_no, 0), coalesce(p.term_no, 0) INTO the_group, the_term
        FROM ap.automation_process_state p WHERE p.job = the_job;
    END IF;
    SELECT jsonb_build_object('term_counted', coalesce(s.counted, 0),
               'group_counted', coalesce(g.counted, 0), 'queued', coalesce(s.queued, 0),
               'deferred', coalesce(s.deferred, 0),
               'deferred_due', CASE WHEN s.deferred > 0 THEN
                   (SELECT count(*) FROM ap.sends o
                    WHERE o.job = j.id AND o.mode = j.mode AND o.term_no = s.term_no
                      AND o.state = 'deferred' AND o.retry_at <= t) ELSE 0 END,
               'total', j.total_emails_sent, 'rev', j.rev,
               'desired', CASE WHEN l.manual THEN 'run' ELSE j.desired END)
    INTO ret
    FROM ap.automation_jobs j
    JOIN ap.job_leases l ON l.job = j.id
    LEFT JOIN ap.search_groups g ON g.job = j.id AND g.group_no = the_group
    LEFT JOIN ap.search_terms s ON s.job = j.id AND s.term_no = the_term
    WHERE j.id = the_job;
    IF ret IS NULL THEN
        PERFORM ap.fail('AP003', 'record: the job is not there; it may have been deleted');
    END IF;
    RETURN ret;
END $$;

/* The job comes to rest in this state. */
CREATE OR REPLACE FUNCTION ap.rest(the_job uuid, state text, reason text, t timestamptz)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    total bigint;
BEGIN
    UPDATE ap.automation_jobs
    SET status = state, desired = CASE WHEN state = 'paused' THEN 'pause' ELSE 'stop' END,
        updated_at = t
    WHERE id = the_job RETURNING total_emails_sent INTO total;
    UPDATE ap.automation_process_state
    SET ended_at = t, error = CASE WHEN state = 'failed' THEN reason END
    WHERE job = the_job;
    PERFORM ap.note(t, 'job_' || state, job => the_job,
                    words => CASE WHEN state = 'failed' THEN reason END, n1 => total);
END $$;

/* A lease that has not run out is in the way, another lane's of this engine too, unless an earlier
 * start of this engine took it. */
CREATE OR REPLACE FUNCTION ap.is_free(l ap.job_leases, the_engine uuid, t timestamptz)
RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT l.engine IS NULL OR l.until <= t
        OR (l.engine = the_engine AND l.journal_gen <
            (SELECT e.journal_gen FROM ap.engines e WHERE e.id = the_engine))
$$;

/* Jobs that shall come to rest and that nobody works any more: their engine died between the
 * operator's word and its own. */
CREATE OR REPLACE FUNCTION ap.rest_the_left(the_engine uuid, t timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    d record;
BEGIN
    FOR d IN
        SELECT j.id, j.desired FROM ap.automation_jobs j JOIN ap.job_leases l ON l.job = j.id
        WHERE j.status = 'running' AND j.desired <> 'run' AND j.deleted_at IS NULL
          AND ap.is_free(l, the_engine, t)
        FOR UPDATE OF l, j SKIP LOCKED
    LOOP
        PERFORM ap.rest(d.id, CASE d.desired WHEN 'pause' THEN 'paused' ELSE 'stopped' END, NULL,
                        t);
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION ap.hello(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
    me uuid := (q ->> 'engine')::uuid;
    gen bigint := (q ->> 'gen')::bigint;
    known bigint;
BEGIN
    SELECT e.journal_gen INTO known FROM ap.engines e WHERE e.id = me FOR UPDATE;
    IF known > gen THEN
        PERFORM ap.fail('AP006', format('record: the journal is older than the record (its start '
            '%s, the record knows of %s): it was restored from a copy. Put the newest journal.db '
            'back, or move it away to begin as a new engine; letters that it had in its hands are '
            'then in doubt', gen, known));
    END IF;
    INSERT INTO ap.engines AS e (id, journal_gen, host, pid, version, server, first_seen, last_seen)
    VALUES (me, gen, q ->> 'host', (q ->> 'pid')::bigint, q ->> 'version', ap.server(), t, t)
    ON CONFLICT (id) DO UPDATE SET journal_gen = excluded.journal_gen, host = excluded.host,
        pid = excluded.pid, version = excluded.version, last_seen = excluded.last_seen;
    PERFORM ap.rest_the_left(me, t);
    RETURN '{}';
END $$;

/* What another engine had in its hands when this one took the job: nobody here can know. */
CREATE OR REPLACE FUNCTION ap.doubt_others(the_job uuid, me uuid, t timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    moves ap.send_move[] := '{}';
    why text := 'another engine took the job over before this one told';
    d record;
BEGIN
    FOR d IN
        SELECT * FROM ap.sends s
        WHERE s.job = the_job AND s.state IN ('claimed', 'committing') AND s.owner <> me
        ORDER BY s.seq FOR UPDATE
    LOOP
        UPDATE ap.sends SET state = 'in_doubt', reason = why, decided_at = NULL WHERE seq = d.seq;
        PERFORM ap.note(t, 'in_doubt', job => the_job, group_no => d.group_no,
                        term_no => d.term_no, send => d.seq, words => why);
        moves := moves || (d.job, d.mode, d.group_no, d.term_no, d.state, d.cycle, 'in_doubt',
                           d.cycle)::ap.send_move;
    END LOOP;
    PERFORM ap.tally(moves, t);
END $$;

/* "HOST (pid N)", as it is shown. */
CREATE OR REPLACE FUNCTION ap.engine_words(the_engine uuid) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT format('%s (pid %s)', e.host, e.pid) FROM ap.engines e
                     WHERE e.id = the_engine), 'another engine')
$$;

CREATE OR REPLACE FUNCTION ap.take(the_job uuid, me uuid, by_hand boolean, by_token uuid,
    t timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    now_epoch bigint;
    before uuid;
BEGIN
    SELECT l.engine INTO before FROM ap.job_leases l WHERE l.job = the_job;
    UPDATE ap.job_leases l
    SET engine = me, manual = by_hand, token = by_token, until = t + ap.lease_ttl(),
        epoch = l.epoch + 1,
        journal_gen = coalesce((SELECT e.journal_gen FROM ap.engines e WHERE e.id = me), 0)
    WHERE l.job = the_job RETURNING l.epoch INTO now_epoch;
    UPDATE ap.automation_process_state SET wait_until = NULL WHERE job = the_job;
    PERFORM ap.note(t, 'lease_taken', job => the_job, words => me::text, n1 => now_epoch);
    IF before <> me THEN /* its lease ran out: it gave nothing back */
        PERFORM ap.note(t, 'lease_taken_over', job => the_job, n1 => now_epoch,
                        words => ap.engine_words(me) || ' from ' || ap.engine_words(before));
    END IF;
    PERFORM ap.doubt_others(the_job, me, t);
    RETURN jsonb_build_object('job', the_job, 'epoch', now_epoch);
END $$;

/* The lease that this wish was given before, with its time begun anew; NULL: none, or it is over. */
CREATE OR REPLACE FUNCTION ap.given_before(q jsonb, t timestamptz) RETURNS jsonb
LANGUAGE sql AS $$
    UPDATE ap.job_leases l SET until = t + ap.lease_ttl()
    FROM ap.automation_jobs j
    WHERE l.token = (q ->> 'token')::uuid AND l.engine = (q ->> 'engine')::uuid AND l.until > t
      AND NOT l.manual AND NOT ap.is_free(l, l.engine, t)
      AND j.id = l.job AND j.mode = q ->> 'mode' AND j.deleted_at IS NULL
    RETURNING jsonb_build_object('job', l.job, 'epoch', l.epoch)
$$;

/* q: engine, mode; token names the wish, or is null. */
CREATE OR REPLACE FUNCTION ap.job_acquire(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
    me uuid := (q ->> 'engine')::uuid;
    found_job uuid;
    ret jsonb;
BEGIN
    PERFORM ap.barrier(t);
    IF q ->> 'token' IS NOT NULL THEN
        ret := ap.given_before(q, t);
    END IF;
    IF ret IS NOT NULL THEN
        RETURN ret;
    END IF;
    PERFORM ap.rest_the_left(me, t);
    SELECT j.id INTO found_job
    FROM ap.automation_jobs j
    JOIN ap.automation_process_state p ON p.job = j.id
    JOIN ap.job_leases l ON l.job = j.id
    WHERE j.status = 'running' AND j.desired = 'run' AND j.mode = q ->> 'mode'
      AND j.deleted_at IS NULL
      AND (p.wait_until IS NULL OR p.wait_until <= t)
      AND (p.rest_until IS NULL OR p.rest_until <= t)
      AND ap.is_free(l, me, t)
    ORDER BY l.released_at, j.no
    LIMIT 1
    FOR UPDATE OF l, j SKIP LOCKED;
    IF found_job IS NULL THEN
        RETURN '{}';
    END IF;
    RETURN ap.take(found_job, me, false, (q ->> 'token')::uuid, t);
END $$;

CREATE OR REPLACE FUNCTION ap.job_acquire_one(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
    me uuid := (q ->> 'engine')::uuid;
    j ap.found_job := ap.job_must(q, t);
    l ap.job_leases;
BEGIN
    SELECT * INTO l FROM ap.job_leases WHERE job = j.id;
    IF NOT ap.is_free(l, me, t) THEN
        PERFORM ap.fail('AP002', format('job: "%s" is being worked by an engine; pause or stop it '
            'first: autopilot job pause %s', q ->> 'name', q ->> 'name'));
    END IF;
    IF j.mode <> q ->> 'mode' AND (j.cycle > 0 OR j.status = 'running') THEN
        PERFORM ap.fail('AP002', format('job: "%s" ran in %s mode; start it in %s mode first',
            q ->> 'name', j.mode, q ->> 'mode'));
    END IF;
    PERFORM ap.set_mode(j, q ->> 'mode', t);
    RETURN ap.take(j.id, me, true, NULL, t);
END $$;

CREATE OR REPLACE FUNCTION ap.lease_renew(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
    me uuid := (q ->> 'engine')::uuid;
BEGIN
    UPDATE ap.job_leases SET until = t + ap.lease_ttl()
    WHERE job = (q ->> 'job')::uuid AND engine = me AND epoch = (q ->> 'epoch')::bigint
      AND until > t;
    IF NOT FOUND THEN
        PERFORM ap.fenced(q);
    END IF;
    UPDATE ap.engines SET last_seen = t WHERE id = me;
    RETURN ap.progress((q ->> 'job')::uuid, 0, 0, t);
END $$;

CREATE OR REPLACE FUNCTION ap.lease_release(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
    the_job uuid := (q ->> 'job')::uuid;
    j record;
BEGIN
    UPDATE ap.job_leases
    SET engine = NULL, journal_gen = NULL, manual = false, until = 'epoch', released_at = t
    WHERE job = the_job AND engine = (q ->> 'engine')::uuid AND epoch = (q ->> 'epoch')::bigint
      AND until > t;
    IF NOT FOUND THEN
        PERFORM ap.fenced(q);
    END IF;
    PERFORM ap.note(t, 'lease_released', job => the_job, n1 => (q ->> 'epoch')::bigint);
    SELECT status, desired INTO j FROM ap.automation_jobs WHERE id = the_job;
    IF j.status <> 'running' THEN
        RETURN '{}'; /* completed, or taken by hand */
    END IF;
    IF q ->> 'state' = 'failed' THEN
        PERFORM ap.rest(the_job, 'failed', q ->> 'reason', t);
    ELSIF j.desired = 'run' THEN
        UPDATE ap.automation_process_state
        SET wait_until = CASE WHEN q ->> 'state' = 'running' AND (q ->> 'wait_until')::bigint > 0
                              THEN ap.ts((q ->> 'wait_until')::bigint) END
        WHERE job = the_job;
    ELSE
        PERFORM ap.rest(the_job, CASE j.desired WHEN 'pause' THEN 'paused' ELSE 'stopped' END,
                        NULL, t);
    END IF;
    RETURN '{}';
END $$;

CREATE OR REPLACE FUNCTION ap.job_desired(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    ret jsonb;
BEGIN
    SELECT jsonb_build_object('desired', CASE WHEN l.manual THEN 'run' ELSE j.desired END,
                              'rev', j.rev) INTO ret
    FROM ap.automation_jobs j JOIN ap.job_leases l ON l.job = j.id
    WHERE j.id = (q ->> 'job')::uuid AND j.deleted_at IS NULL;
    IF ret IS NULL THEN
        PERFORM ap.fail('AP003', 'record: the job is not there; it may have been deleted');
    END IF;
    RETURN ret;
END $$;

CREATE OR REPLACE FUNCTION ap.next_due(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
    first timestamptz;
    lapse timestamptz;
BEGIN
    SELECT min(greatest(p.wait_until, p.rest_until)) FILTER
               (WHERE j.desired = 'run' AND (p.wait_until > t OR p.rest_until > t)),
           min(l.until) FILTER (WHERE l.engine IS NOT NULL AND l.until > t)
    INTO first, lapse
    FROM ap.automation_jobs j
    JOIN ap.automation_process_state p ON p.job = j.id
    JOIN ap.job_leases l ON l.job = j.id
    WHERE j.status = 'running' AND j.mode = q ->> 'mode' AND j.deleted_at IS NULL;
    RETURN jsonb_build_object('at', ap.us(first), 'lapse', ap.us(lapse));
END $$;
