/* 10_failover - after a server took another's place, commits that engines were told of may be gone.
 *
 * What a machine did is in its journal. So when the server is another one (system identifier or
 * timeline), nobody claims a letter until every engine that was seen in the last day has told what
 * its journal knows, or an operator says that one can't. */

/* Fails while there is an engine that may know more than this server. */
CREATE OR REPLACE FUNCTION ap.barrier(t timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    e record;
BEGIN
    SELECT x.id, x.host INTO e FROM ap.engines x
    WHERE x.server <> ap.server() AND x.last_seen > t - interval '24 hours'
    ORDER BY x.last_seen DESC LIMIT 1;
    IF e.id IS NOT NULL THEN
        PERFORM ap.fail('AP005', format('record: HOLD: its server took another''s place and may '
            'have lost what was told to it; no letter is sent until the engine %s on %s has told '
            'what it knows (start it there), or you know that it never will: autopilot db forget '
            '%s', e.id, e.host, e.id));
    END IF;
END $$;

CREATE OR REPLACE FUNCTION ap.behind(q jsonb) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object('behind', EXISTS
        (SELECT 1 FROM ap.engines e
         WHERE e.id = (q ->> 'engine')::uuid AND e.server <> ap.server()))
$$;

/* The letter becomes what an engine knows of it: waiting rows were claimed, and that was lost; what
 * was begun and has no verdict stays in the engine's hands, which settles it. Who calls has locked
 * the job. */
CREATE OR REPLACE FUNCTION ap.correct_letter(s ap.sends, known text, me uuid, t timestamptz)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    lost boolean := s.state IN ('queued', 'deferred');
BEGIN
    known := CASE known WHEN 'in_doubt' THEN 'claimed' ELSE known END;
    UPDATE ap.sends o
    SET state = known, owner = me, retry_at = NULL, claimed_at = coalesce(o.claimed_at, t),
        decided_at = CASE known WHEN 'claimed' THEN NULL ELSE t END,
        attempt = o.attempt + lost::int, reason = 'told again after the server had lost it'
    WHERE o.seq = s.seq;
    IF lost THEN
        PERFORM ap.note(t, 'claimed', job => s.job, group_no => s.group_no, term_no => s.term_no,
                        send => s.seq, n1 => 1);
    END IF;
    PERFORM ap.tally(ARRAY [(s.job, s.mode, s.group_no, s.term_no, s.state, s.cycle, known,
                             s.cycle)::ap.send_move], t);
    IF known = 'claimed' THEN
        RETURN;
    END IF;
    PERFORM ap.note(t, ap.event_of_send(known), job => s.job, group_no => s.group_no,
                    term_no => s.term_no, send => s.seq, words => 'told again after a failover');
END $$;

/* A letter that was found again after its row was lost. */
CREATE OR REPLACE FUNCTION ap.restore_letter(the_send bigint, t timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    s ap.sends;
    l ap.lost_letters;
BEGIN
    SELECT * INTO s FROM ap.sends WHERE seq = the_send;
    SELECT * INTO l FROM ap.lost_letters x WHERE x.id = s.id;
    PERFORM ap.correct_letter(s, l.state, l.engine, t);
END $$;

/* q: engine, facts [{id, state}], last. Facts that say more than the row does are put right. */
CREATE OR REPLACE FUNCTION ap.replay(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
    me uuid := (q ->> 'engine')::uuid;
    f record;
    s ap.sends;
    told integer := 0;
BEGIN
    PERFORM ap.lock_jobs(q -> 'facts', NULL);
    FOR f IN SELECT (x ->> 'id')::uuid AS id, x ->> 'state' AS state
             FROM jsonb_array_elements(q -> 'facts') x LOOP
        SELECT * INTO s FROM ap.sends o WHERE o.id = f.id;
        IF s.seq IS NULL THEN
            INSERT INTO ap.lost_letters (id, state, engine, at) VALUES (f.id, f.state, me, t)
            ON CONFLICT (id) DO UPDATE SET state = excluded.state, at = excluded.at;
        ELSIF s.state IN ('queued', 'deferred')
              OR (s.state IN ('claimed', 'committing', 'in_doubt') AND s.owner = me
                  AND f.state <> 'in_doubt') THEN
            PERFORM ap.correct_letter(s, f.state, me, t);
        ELSE
            CONTINUE;
        END IF;
        told := told + 1;
    END LOOP;
    IF (q ->> 'last')::boolean THEN
        UPDATE ap.engines SET server = ap.server(), last_seen = t WHERE id = me;
    END IF;
    RETURN jsonb_build_object('corrected', told);
END $$;

/* An operator knows that this engine's journal is lost: nobody waits for it any more. */
CREATE OR REPLACE FUNCTION ap.engine_forget(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
    e ap.engines;
BEGIN
    PERFORM ap.gate(q, NULL, 'rule');
    SELECT * INTO e FROM ap.engines x WHERE x.id = (q ->> 'engine')::uuid FOR UPDATE;
    IF e.id IS NULL THEN
        PERFORM ap.fail('AP003', format('record: there is no engine %s', q ->> 'engine'));
    END IF;
    UPDATE ap.engines SET server = ap.server() WHERE id = e.id;
    PERFORM ap.audit(t, 'engine_forgotten', q ->> 'actor', e.id || ' on ' || e.host,
                     words => e.host);
    RETURN '{}';
END $$;

/* Engines that were seen, newest first, with the jobs in their hands. */
CREATE OR REPLACE FUNCTION ap.engine_list(q jsonb) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object('id', e.id, 'host', e.host, 'pid', e.pid,
        'version', e.version, 'last_seen', ap.us(e.last_seen),
        'behind', e.server <> ap.server(),
        'jobs', (SELECT coalesce(jsonb_agg(jsonb_build_object('workspace', w.name, 'name', j.name,
                     'epoch', l.epoch, 'until', ap.us(l.until)) ORDER BY j.no), '[]')
                 FROM ap.job_leases l
                 JOIN ap.automation_jobs j ON j.id = l.job
                 JOIN ap.workspaces w ON w.id = j.workspace_id
                 WHERE l.engine = e.id AND l.until > ap.clock()))
        ORDER BY e.last_seen DESC), '[]')
    FROM ap.engines e
$$;
