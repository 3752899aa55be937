/* 38_runs_asked - runs that an operator asks for, takes back, or has looked at.
 *
 * Whoever makes a run of a specification or takes one back has its row's lock (30_agenda), first of
 * all. So requests about one schedule come one after the other, too, which the limit needs; the
 * schedule itself is not locked: engines move those on, many in one command. */

/* They take no slot: the index of slots finds them. */
CREATE OR REPLACE FUNCTION ap.rate_runs(f ap.autopilot_schedules, most integer, t timestamptz)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    made timestamptz;
BEGIN
    IF most <= 0 THEN
        RETURN;
    END IF;
    SELECT r.created_at INTO made FROM ap.newsletter_runs r
    WHERE r.autopilot_schedule_id = f.id AND r.scheduled_for IS NULL
      AND r.created_at > t - interval '1 hour'
    ORDER BY r.created_at DESC LIMIT 1 OFFSET most - 1;
    IF made IS NOT NULL THEN
        PERFORM ap.fail('AP003', format('schedule: "%s" was run %s times, which is the limit '
            '(schedules.run_per_hour), in the last hour; again from %s on', f.schedule_name, most,
            ap.hour_after(made)));
    END IF;
END $$;

/* Makes a waiting run; false when the slot has its run, or the period has. slot: NULL: none. */
CREATE OR REPLACE FUNCTION ap.ask_run(f ap.autopilot_schedules, spec uuid, the_run uuid,
    why text, slot timestamptz, key text, who text, t timestamptz) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ap.newsletter_runs (id, workspace_id, specification_id, autopilot_schedule_id,
        trigger, scheduled_for, status, not_before, period_at, period_key, actor, created_at)
    VALUES (the_run, f.workspace_id, spec, f.id, why, slot, 'queued',
            CASE WHEN slot IS NULL THEN timestamptz 'epoch' ELSE t END, coalesce(slot, t), key,
            who, t)
    ON CONFLICT DO NOTHING;
    RETURN FOUND;
END $$;

/* q: actor, admin, run_per_hour, workspace, name, trigger, key (of the first specification's period;
 * null: it does not count), keys (of this instant's period, by frequency), new_ids. A run of each
 * specification whose period is free; of a further one only when it is active. */
CREATE OR REPLACE FUNCTION ap.run_ask(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz;
    f ap.autopilot_schedules;
    key text := q ->> 'key';
    the_run uuid;
    runs uuid[] := '{}';
    p record;
BEGIN
    q := ap.enter(q, ap.workspace_must(q ->> 'workspace'));
    f := ap.schedule_must(q, false);
    PERFORM ap.gate(q, 'run', f.workspace_id, f.created_by);
    IF q ->> 'trigger' NOT IN ('manual', 'test') THEN
        PERFORM ap.fail('AP003', 'schedule: a report that is asked for is manual or a test');
    END IF;
    PERFORM ap.lock_specs(ARRAY (SELECT o.id FROM ap.parts_of(f.id) o));
    t := ap.clock();
    PERFORM ap.rate_runs(f, (q ->> 'run_per_hour')::int, t);
    FOR p IN SELECT * FROM ap.parts_of(f.id) LOOP
        IF p.place > 0 AND NOT p.live THEN
            CONTINUE;
        END IF;
        the_run := (q -> 'new_ids' ->> p.place)::uuid;
        IF ap.ask_run(f, p.id, the_run, q ->> 'trigger', NULL,
                      CASE WHEN p.place = 0 OR key IS NULL THEN key
                           ELSE q -> 'keys' ->> p.frequency END, q ->> 'actor', t) THEN
            runs := runs || the_run;
        END IF;
    END LOOP;
    IF cardinality(runs) = 0 THEN
        PERFORM ap.fail('AP002', format('schedule: the specification of "%s" has its report of '
            'this period, or one is being made; run it as a test, or override the limit '
            '(--override)', f.schedule_name));
    END IF;
    FOREACH the_run IN ARRAY runs LOOP
        PERFORM ap.audit(t, 'run_asked', q ->> 'actor', f.schedule_name, words => f.schedule_name,
                         schedule => f.id, run => the_run);
    END LOOP;
    RETURN jsonb_build_object('run', runs[1]);
END $$;

/* --- a run that is there --- */

/* q: actor, admin, run. The row is locked, and may be changed in one of these states. name:
 * the schedule's or, without one, the specification's. */
CREATE OR REPLACE FUNCTION ap.run_to_change(q jsonb, the_action text, states text[], cure text,
    OUT seq bigint, OUT schedule uuid, OUT name text)
LANGUAGE plpgsql AS $$
DECLARE
    r ap.newsletter_runs;
    creator text;
BEGIN
    PERFORM ap.lock_specs(ARRAY (SELECT x.specification_id FROM ap.newsletter_runs x
                                 WHERE x.id = (q ->> 'run')::uuid));
    SELECT x.* INTO r FROM ap.newsletter_runs x WHERE x.id = (q ->> 'run')::uuid
    FOR NO KEY UPDATE;
    IF r.id IS NULL THEN
        PERFORM ap.fail('AP003', 'run: there is no such run; `autopilot run list` has all');
    END IF;
    SELECT coalesce(s.created_by, ''), coalesce(s.schedule_name, p.name) INTO creator, name
    FROM ap.newsletter_specifications p
    LEFT JOIN ap.autopilot_schedules s ON s.id = r.autopilot_schedule_id
    WHERE p.id = r.specification_id;
    /* Whoever asked for it has the say of who made the schedule. */
    PERFORM ap.gate(q, the_action, r.workspace_id,
                    CASE WHEN r.actor = q ->> 'actor' THEN r.actor ELSE creator END);
    IF r.status <> ALL (states) THEN
        PERFORM ap.fail('AP003', format('run: it is %s; %s', r.status, cure));
    END IF;
    seq := r.seq;
    schedule := r.autopilot_schedule_id;
END $$;

CREATE OR REPLACE FUNCTION ap.run_cancel(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz;
    f record;
BEGIN
    q := ap.heard(q);
    f := ap.run_to_change(q, 'run_cancel', '{queued,running}',
                          'only a run that waits or runs can be cancelled');
    t := ap.clock();
    UPDATE ap.newsletter_runs r SET status = 'cancelled', finished_at = t, until = NULL
    WHERE r.seq = f.seq;
    PERFORM ap.audit(t, 'run_cancelled', q ->> 'actor', f.name, words => f.name,
                     schedule => f.schedule, run => (q ->> 'run')::uuid);
    RETURN '{}';
END $$;

CREATE OR REPLACE FUNCTION ap.run_seen(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz;
    f record;
BEGIN
    q := ap.heard(q);
    f := ap.run_to_change(q, 'run_seen', '{failed}', 'only a failure needs to be seen');
    t := ap.clock();
    UPDATE ap.newsletter_runs r SET seen_at = t WHERE r.seq = f.seq AND r.seen_at IS NULL;
    PERFORM ap.audit(t, 'run_seen', q ->> 'actor', f.name, words => f.name,
                     schedule => f.schedule, run => (q ->> 'run')::uuid);
    RETURN '{}';
END $$;
