/* 39_backfill - reports of slots that went by.
 *
 * The caller says which slots a range has; here each is looked at as it stands and becomes a
 * waiting run or an answer why not, all in one transaction. A dry run does the same and takes it
 * back, so that the list an operator is shown can't differ from what is done. The specification's
 * row is locked, as by whoever makes runs of it (30_agenda). */

/* The one of that name, NULL: the first. */
CREATE OR REPLACE FUNCTION ap.part_must(f ap.autopilot_schedules, the_name text) RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
    ret uuid;
BEGIN
    SELECT p.id INTO ret FROM ap.parts_of(f.id) p
    WHERE the_name IS NULL OR p.name = the_name ORDER BY p.place LIMIT 1;
    IF ret IS NULL THEN
        PERFORM ap.fail('AP003', format('schedule: "%s" has no specification "%s"',
                                        f.schedule_name, the_name));
    END IF;
    RETURN ret;
END $$;

/* A slot without a report waits once more; false when the period is taken. What was cancelled keeps
 * its attempt: the lane that worked it may not know yet, and must not be taken for the next one. */
CREATE OR REPLACE FUNCTION ap.ask_again(the_run uuid, key text, who text, t timestamptz)
RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ap.newsletter_runs r
    SET status = 'queued', trigger = 'backfill', period_key = key, actor = who,
        attempt = CASE r.status WHEN 'cancelled' THEN r.attempt ELSE 0 END, not_before = t,
        error = '', until = NULL, started_at = NULL, finished_at = NULL, seen_at = NULL,
        items = 0, sources = 0, sources_failed = 0
    WHERE r.id = the_run AND r.status IN ('failed', 'skipped', 'cancelled');
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM ap.ready_withdraw(ARRAY(
        SELECT x.run FROM ap.ready_slots x
        WHERE x.specification_id = (SELECT r.specification_id FROM ap.newsletter_runs r
                                    WHERE r.id = the_run)));
    RETURN true;
EXCEPTION WHEN unique_violation THEN
    RETURN false;
END $$;

/* A slot's run that was dropped must not be made again: nobody can tell any more that it was. */
CREATE OR REPLACE FUNCTION ap.slot_is_kept(slot timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    since timestamptz := (SELECT k.before FROM ap.keeping k WHERE k.relation = 'newsletter_runs');
BEGIN
    IF slot < since THEN
        PERFORM ap.fail('AP003', format('schedule: runs from before %s UTC are not kept any more '
            '([record] keep_runs), so a slot from before then can''t be filled again',
            to_char(since AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')));
    END IF;
END $$;

/* What becomes of one slot, and the run that was made to wait. x: slot, key, from, to. */
CREATE OR REPLACE FUNCTION ap.backfill_slot(f ap.autopilot_schedules, spec uuid, x jsonb,
    which text, who text, t timestamptz, OUT answer text, OUT run uuid)
LANGUAGE plpgsql AS $$
DECLARE
    slot timestamptz := ap.ts((x ->> 'slot')::bigint);
    key text := x ->> 'key';
    r record;
    made boolean;
BEGIN
    IF slot > t THEN
        PERFORM ap.fail('AP003', 'schedule: a slot that is still to come needs no backfill');
    END IF;
    SELECT o.id, o.status INTO r FROM ap.newsletter_runs o
    WHERE o.autopilot_schedule_id = f.id AND o.scheduled_for = slot AND o.specification_id = spec;
    answer := CASE
        WHEN r.status = 'success' THEN 'done'
        WHEN r.status IN ('queued', 'running') THEN 'open'
        WHEN which <> 'all' AND (which = 'failed') <> (coalesce(r.status, '') = 'failed')
            THEN 'left'
        ELSE 'blocked' END;
    IF answer <> 'blocked' THEN
        RETURN;
    END IF;
    /* A report of the period that counts, whatever it was made for. */
    PERFORM 1 FROM ap.newsletter_runs o
    WHERE key IS NOT NULL AND o.specification_id = spec AND o.status = 'success'
      AND o.trigger <> 'test' AND o.period_at >= ap.ts((x ->> 'from')::bigint)
      AND o.period_at < ap.ts((x ->> 'to')::bigint);
    IF FOUND THEN
        RETURN;
    END IF;
    run := coalesce(r.id, ap.slot_id(f.id, (x ->> 'slot')::bigint, spec));
    IF r.id IS NULL THEN
        made := ap.ask_run(f, spec, run, 'backfill', slot, key, who, t);
        PERFORM ap.slot_is_kept(slot); /* after the look at the row: who drops it says so first */
    ELSE
        made := ap.ask_again(run, key, who, t);
    END IF;
    IF made THEN
        answer := 'runs';
    END IF;
END $$;

CREATE OR REPLACE FUNCTION ap.backfill_all(q jsonb, f ap.autopilot_schedules, spec uuid,
    t timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    x jsonb;
    one record;
    answers jsonb := '[]';
    queued bigint := 0;
BEGIN
    FOR x IN SELECT e.value FROM jsonb_array_elements(q -> 'slots') WITH ORDINALITY e (value, n)
             ORDER BY e.n LOOP
        one := ap.backfill_slot(f, spec, x, q ->> 'which', q ->> 'actor', t);
        answers := answers || to_jsonb(one.answer);
        IF one.answer = 'runs' THEN
            queued := queued + 1;
            PERFORM ap.note(t, 'slot_queued', words => f.schedule_name, schedule => f.id,
                            run => one.run);
        END IF;
    END LOOP;
    IF queued > 0 THEN
        PERFORM ap.audit(t, 'backfill_asked', q ->> 'actor', f.schedule_name,
                         words => f.schedule_name, n1 => queued, schedule => f.id);
    END IF;
    RETURN answers;
END $$;

/* q: actor, admin, workspace, name, specification (null: the first), which, dry, slots
 * (oldest first). */
CREATE OR REPLACE FUNCTION ap.backfill(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz;
    f ap.autopilot_schedules;
    spec uuid;
    answers jsonb;
BEGIN
    q := ap.enter(q, ap.workspace_must(q ->> 'workspace'));
    f := ap.schedule_must(q, false);
    PERFORM ap.gate(q, 'backfill', f.workspace_id, f.created_by);
    IF jsonb_array_length(q -> 'slots') > (q ->> 'slots_max')::int THEN
        PERFORM ap.fail('AP003', format('schedule: more than %s slots are not made up for at once; '
                                        'choose a shorter time', q ->> 'slots_max'));
    END IF;
    spec := ap.part_must(f, q ->> 'specification');
    PERFORM ap.lock_specs(ARRAY [spec]);
    t := ap.clock();
    BEGIN
        answers := ap.backfill_all(q, f, spec, t);
        IF (q ->> 'dry')::boolean THEN
            PERFORM ap.fail('AP900', 'it was only tried');
        END IF;
    EXCEPTION WHEN SQLSTATE 'AP900' THEN
        NULL; /* the rows are taken back, the answers stay */
    END;
    RETURN jsonb_build_object('answers', answers);
END $$;
