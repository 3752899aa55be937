/* 34_deliver - what is to be brought, taken one by one. Taking is a commit, so the record knows of
 * every attempt before anything leaves an engine. */

/* What their schedules want brought of reports that were made. A test is nobody's news; a report of
 * the past is not mailed. */
CREATE OR REPLACE FUNCTION ap.deliver(runs uuid[], t timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ap.deliveries (run, workspace_id, kind, target, not_before, created_at)
    SELECT r.id, r.workspace_id, w.kind, w.target, t, t
    FROM ap.newsletter_runs r
    JOIN ap.autopilot_schedules s ON s.id = r.autopilot_schedule_id
    CROSS JOIN LATERAL (
        SELECT 'webhook' AS kind, s.schedule_config::jsonb ->> 'webhook' AS target
        UNION ALL
        SELECT 'mail', m.target FROM jsonb_array_elements_text(
            CASE jsonb_typeof(s.schedule_config::jsonb -> 'mail_to')
            WHEN 'array' THEN s.schedule_config::jsonb -> 'mail_to' ELSE '[]' END) m (target)) w
    WHERE r.id = ANY (runs) AND r.trigger <> 'test' AND w.target <> ''
      AND NOT (w.kind = 'mail' AND r.trigger = 'backfill')
    ORDER BY r.seq
    ON CONFLICT DO NOTHING;
END $$;

/* q: engine, gen. The earliest instant at which there is something to bring; null: none. */
CREATE OR REPLACE FUNCTION ap.delivery_next(q jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    me uuid := (q ->> 'engine')::uuid;
    gen bigint := (q ->> 'gen')::bigint;
    first timestamptz;
BEGIN
    SELECT min(CASE WHEN d.state = 'waiting' THEN d.not_before
                    WHEN d.owner = me AND d.journal_gen < gen THEN timestamptz 'epoch'
                    ELSE d.until END) INTO first
    FROM ap.deliveries d WHERE d.state = 'waiting' OR d.state = 'going';
    RETURN jsonb_build_object('at', ap.us(first));
END $$;

/* q: engine, gen, post_ttl, mail_ttl. What waits longest, or whose engine is dead; {} none. */
CREATE OR REPLACE FUNCTION ap.delivery_take(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    me uuid := (q ->> 'engine')::uuid;
    gen bigint := (q ->> 'gen')::bigint;
    t timestamptz := ap.clock();
    d ap.deliveries;
    ret jsonb;
BEGIN
    SELECT x.* INTO d FROM ap.deliveries x
    WHERE (x.state = 'waiting' AND x.not_before <= t)
       OR (x.state = 'going'
           AND (x.until <= t OR (x.owner = me AND x.journal_gen < gen)))
    ORDER BY x.not_before, x.seq LIMIT 1 FOR UPDATE SKIP LOCKED;
    IF d.seq IS NULL THEN
        RETURN '{}';
    END IF;
    UPDATE ap.deliveries x
    SET state = 'going', attempt = d.attempt + 1, owner = me, journal_gen = gen,
        until = t + (CASE d.kind WHEN 'mail' THEN q ->> 'mail_ttl' ELSE q ->> 'post_ttl' END)::bigint
                  * interval '1 microsecond'
    WHERE x.seq = d.seq;
    SELECT jsonb_build_object('seq', d.seq, 'id', d.id, 'run', d.run, 'kind', d.kind,
        'target', d.target, 'attempt', d.attempt + 1, 'died', d.state = 'going', 'about', d.about,
        'text', CASE WHEN d.run IS NULL THEN d.text
                     ELSE coalesce(nullif(p.definition::jsonb ->> 'title', ''), p.name) END,
        'workspace', w.name, 'schedule', s.id, 'schedule_name', coalesce(s.schedule_name, ''),
        'spec_name', coalesce(p.name, ''), 'trigger', coalesce(r.trigger, ''),
        'slot', ap.us(r.scheduled_for), 'period', ap.us(coalesce(r.period_at, d.created_at)),
        'items', coalesce(r.items, 0), 'sources', coalesce(r.sources, 0),
        'failed', coalesce(r.sources_failed, 0), 'report', coalesce(r.report, ''),
        'sha256', coalesce(r.sha256, ''), 'created', ap.us(d.created_at)) INTO ret
    FROM ap.workspaces w
    LEFT JOIN ap.newsletter_runs r ON r.id = d.run
    LEFT JOIN ap.newsletter_specifications p ON p.id = r.specification_id
    LEFT JOIN ap.autopilot_schedules s ON s.id = r.autopilot_schedule_id
    WHERE w.id = d.workspace_id;
    RETURN ret;
END $$;

/* q.run: its report as it was made; {} none. */
CREATE OR REPLACE FUNCTION ap.delivery_report(q jsonb) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT jsonb_build_object('html', convert_from(f.html, 'UTF8'),
                                               'text', convert_from(f.text, 'UTF8'))
                     FROM ap.report_files f WHERE f.run = (q ->> 'run')::uuid), '{}')
$$;

/* q: seq, attempt, state, again, code, answer, kind (of the event), words. */
CREATE OR REPLACE FUNCTION ap.delivery_end(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
    now_state text := q ->> 'state';
    d ap.deliveries;
BEGIN
    UPDATE ap.deliveries x
    SET state = now_state, until = NULL, code = (q ->> 'code')::int, answer = q ->> 'answer',
        not_before = CASE now_state WHEN 'waiting' THEN ap.ts((q ->> 'again')::bigint) ELSE t END,
        finished_at = CASE now_state WHEN 'waiting' THEN NULL ELSE t END
    WHERE x.seq = (q ->> 'seq')::bigint AND x.attempt = (q ->> 'attempt')::int
      AND x.state = 'going'
    RETURNING x.* INTO d;
    IF d.seq IS NULL THEN
        RETURN '{"told": false}';
    END IF;
    PERFORM ap.note(t, q ->> 'kind', words => q ->> 'words', n1 => d.attempt,
        schedule => (SELECT r.autopilot_schedule_id FROM ap.newsletter_runs r WHERE r.id = d.run),
        run => d.run);
    RETURN '{"told": true}';
END $$;

/* q: actor, admin, seq. Brings one once more that came to rest. */
CREATE OR REPLACE FUNCTION ap.delivery_again(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz;
    d ap.deliveries;
    s ap.autopilot_schedules;
    name text;
BEGIN
    SELECT x.* INTO d FROM ap.deliveries x WHERE x.seq = (q ->> 'seq')::bigint FOR UPDATE;
    q := ap.enter(q, d.workspace_id);
    IF d.seq IS NULL THEN
        PERFORM ap.fail('AP003', format('delivery: there is no %s; `autopilot deliveries list` has '
                                        'all', q ->> 'seq'));
    END IF;
    SELECT x.* INTO s FROM ap.autopilot_schedules x
    JOIN ap.newsletter_runs r ON r.autopilot_schedule_id = x.id WHERE r.id = d.run;
    PERFORM ap.gate(q, 'run', d.workspace_id, coalesce(s.created_by, ''));
    IF d.state IN ('waiting', 'going') THEN
        PERFORM ap.fail('AP003', format('delivery: it is %s; it goes by itself', d.state));
    END IF;
    t := ap.clock();
    name := coalesce(s.schedule_name, d.about);
    UPDATE ap.deliveries x
    SET state = 'waiting', not_before = t, attempt = 0, finished_at = NULL, until = NULL
    WHERE x.seq = d.seq;
    PERFORM ap.audit(t, 'delivery_asked', q ->> 'actor', name,
        words => format('%s: %s to %s', name, d.kind, left(d.target, 80)), schedule => s.id,
        run => d.run);
    RETURN '{}';
END $$;
