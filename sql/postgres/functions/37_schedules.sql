/* 37_schedules - schedules as operators define and switch them. The same once more changes nothing
 * and is not audited.
 *
 * The program worked out the first instant (q.next) from the timing; while the timing stays, so
 * does next_run_at, which engines move meanwhile: it is read under the row's lock. Whom a schedule
 * follows is a chain; one that would come back to itself is refused with the chain. */

/* The schedule of q.workspace and q.name, its row locked when asked for. FOR NO KEY UPDATE: who
 * makes a run of it refers to it, and need not wait. */
CREATE OR REPLACE FUNCTION ap.schedule_find(the_workspace uuid, the_name text, locked boolean)
RETURNS ap.autopilot_schedules
LANGUAGE plpgsql AS $$
DECLARE
    ret ap.autopilot_schedules;
BEGIN
    IF locked THEN
        SELECT s.* INTO ret FROM ap.autopilot_schedules s
        WHERE s.workspace_id = the_workspace AND s.schedule_name = the_name
          AND s.deleted_at IS NULL
        FOR NO KEY UPDATE;
    ELSE
        SELECT s.* INTO ret FROM ap.autopilot_schedules s
        WHERE s.workspace_id = the_workspace AND s.schedule_name = the_name
          AND s.deleted_at IS NULL;
    END IF;
    RETURN ret;
END $$;

CREATE OR REPLACE FUNCTION ap.no_schedule(q jsonb, the_name text) RETURNS void
LANGUAGE sql AS $$
    SELECT ap.fail('AP004', format('schedule: there is no schedule "%s" in workspace "%s"',
                                   the_name, q ->> 'workspace'))
$$;

CREATE OR REPLACE FUNCTION ap.schedule_must(q jsonb, locked boolean)
RETURNS ap.autopilot_schedules
LANGUAGE plpgsql AS $$
DECLARE
    ret ap.autopilot_schedules
        := ap.schedule_find(ap.workspace_must(q ->> 'workspace'), q ->> 'name', locked);
BEGIN
    IF ret.id IS NULL THEN
        PERFORM ap.no_schedule(q, q ->> 'name');
    END IF;
    RETURN ret;
END $$;

/* The specifications of a schedule, the first one first. */
CREATE OR REPLACE FUNCTION ap.parts_of(the_schedule uuid)
RETURNS TABLE (place integer, id uuid, name text, frequency text, live boolean)
LANGUAGE sql STABLE AS $$
    SELECT x.place, p.id, p.name, p.frequency, p.active AND p.deleted_at IS NULL
    FROM (SELECT 0 AS place, s.specification_id AS spec FROM ap.autopilot_schedules s
          WHERE s.id = the_schedule
          UNION ALL
          SELECT o.place, o.specification_id FROM ap.schedule_specifications o
          WHERE o.schedule = the_schedule) x
    JOIN ap.newsletter_specifications p ON p.id = x.spec
    ORDER BY x.place
$$;

/* --- put --- */

/* The specifications that a definition names besides its first, which is given. */
CREATE OR REPLACE FUNCTION ap.find_further(q jsonb, the_workspace uuid, first uuid)
RETURNS uuid[]
LANGUAGE plpgsql AS $$
DECLARE
    ret uuid[] := '{}';
    most integer := (q ->> 'specs_max')::int - 1;
    p ap.newsletter_specifications;
    the_name text;
BEGIN
    FOR the_name IN SELECT e.value
                    FROM jsonb_array_elements_text(q -> 'def' -> 'further')
                         WITH ORDINALITY e (value, place) ORDER BY e.place LOOP
        p := ap.spec_must(q, the_workspace, the_name);
        IF p.id = first OR p.id = ANY (ret) THEN
            PERFORM ap.fail('AP003', format('schedule: the specification "%s" is named twice',
                                            the_name));
        END IF;
        IF cardinality(ret) = most THEN
            PERFORM ap.fail('AP003', format('schedule: more than %s specifications; make another',
                                            most + 1));
        END IF;
        ret := ret || p.id;
    END LOOP;
    RETURN ret;
END $$;

/* Does whoever it is to follow follow it? The chain is named. */
CREATE OR REPLACE FUNCTION ap.no_circle(the_name text, the_schedule uuid, the_after uuid)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    words text := the_name;
    link record;
BEGIN
    FOR link IN
        WITH RECURSIVE chain (id, after_id, schedule_name, n) AS (
            SELECT s.id, s.after_id, s.schedule_name, 0 FROM ap.autopilot_schedules s
            WHERE s.id = the_after
            UNION ALL
            SELECT s.id, s.after_id, s.schedule_name, c.n + 1
            FROM chain c JOIN ap.autopilot_schedules s ON s.id = c.after_id
            WHERE c.n < 1000)
        SELECT c.id, c.schedule_name FROM chain c ORDER BY c.n
    LOOP
        words := words || ' -> ' || link.schedule_name;
        IF link.id = the_schedule THEN
            PERFORM ap.fail('AP003', format('schedule: it would follow itself: %s', words));
        END IF;
    END LOOP;
END $$;

/* The schedule that a definition follows, looked up and found good; NULL: none. the_schedule: NULL
 * when it is new, and then nobody follows it. */
CREATE OR REPLACE FUNCTION ap.find_after(q jsonb, the_workspace uuid, the_schedule uuid)
RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
    the_name text := q -> 'def' ->> 'after';
    ret uuid;
BEGIN
    IF the_name IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT s.id INTO ret FROM ap.schedule_find(the_workspace, the_name, false) s;
    IF ret IS NULL THEN
        PERFORM ap.no_schedule(q, the_name);
    END IF;
    IF the_schedule IS NOT NULL THEN
        PERFORM ap.no_circle(q ->> 'name', the_schedule, ret);
    END IF;
    RETURN ret;
END $$;

/* Deleted ones count: they were made. Two commands of one actor come one after the other, in
 * whatever workspaces. */
CREATE OR REPLACE FUNCTION ap.rate_schedules(who text, most integer, t timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    made timestamptz;
BEGIN
    IF most <= 0 THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(who, 5));
    SELECT s.created_at INTO made FROM ap.autopilot_schedules s
    WHERE s.created_by = who AND s.created_at > t - interval '1 hour'
    ORDER BY s.created_at DESC LIMIT 1 OFFSET most - 1;
    IF made IS NOT NULL THEN
        PERFORM ap.fail('AP003', format('schedule: %s made %s, which is the limit '
            '(schedules.create_per_hour), in the last hour; again from %s on', who, most,
            ap.hour_after(made)));
    END IF;
END $$;

/* Whoever makes one is its creator, and has a limit. */
CREATE OR REPLACE FUNCTION ap.schedule_may_put(q jsonb, old ap.autopilot_schedules,
    the_workspace uuid, t timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF old.id IS NULL THEN
        PERFORM ap.gate(q, 'create', the_workspace, q ->> 'actor');
        PERFORM ap.rate_schedules(q ->> 'actor', (q ->> 'create_per_hour')::int, t);
    ELSE
        PERFORM ap.gate(q, 'edit', the_workspace, old.created_by);
        PERFORM ap.rev_must('schedule', old.schedule_name, old.rev, (q ->> 'rev')::bigint);
    END IF;
    IF (q -> 'def' ->> 'after' IS NOT NULL) <> (q -> 'def' ->> 'type' = 'after') THEN
        PERFORM ap.fail('AP003', 'schedule: it either has times or follows another schedule '
                                 '(type after)');
    END IF;
END $$;

/* A row as the definition has it: old, or a new one. An ended schedule begins again with its new
 * timing. */
CREATE OR REPLACE FUNCTION ap.schedule_as_put(q jsonb, old ap.autopilot_schedules)
RETURNS ap.autopilot_schedules
LANGUAGE plpgsql AS $$
DECLARE
    ret ap.autopilot_schedules := old;
    d jsonb := q -> 'def';
BEGIN
    ret.schedule_type := d ->> 'type';
    ret.schedule_config := (d ->> 'config')::jsonb;
    ret.categories_override := nullif(d ->> 'categories', '')::jsonb;
    ret.regions_override := nullif(d ->> 'regions', '')::jsonb;
    ret.cadence_override := nullif(d ->> 'cadence', '');
    ret.notes := d ->> 'notes';
    ret.enabled := (d ->> 'enabled')::boolean;
    IF (ret.schedule_type, ret.schedule_config, ret.enabled)
        IS DISTINCT FROM (old.schedule_type, old.schedule_config, old.enabled)
        OR old.status = 'cancelled' THEN
        ret.next_run_at := ap.ts((q ->> 'next')::bigint);
    END IF;
    ret.status := CASE WHEN old.status = 'cancelled' THEN 'active'
                       ELSE coalesce(old.status, 'active') END;
    RETURN ret;
END $$;

CREATE OR REPLACE FUNCTION ap.schedule_write(q jsonb, x ap.autopilot_schedules, created boolean,
    t timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF created THEN
        INSERT INTO ap.autopilot_schedules (id, specification_id, workspace_id, created_by,
            schedule_name, schedule_type, schedule_config, categories_override, regions_override,
            cadence_override, enabled, next_run_at, notes, created_at, updated_at, after_id)
        VALUES (x.id, x.specification_id, x.workspace_id, q ->> 'actor', q ->> 'name',
                x.schedule_type, x.schedule_config, x.categories_override, x.regions_override,
                x.cadence_override, x.enabled, x.next_run_at, x.notes, t, t, x.after_id);
        RETURN;
    END IF;
    UPDATE ap.autopilot_schedules s
    SET specification_id = x.specification_id, after_id = x.after_id,
        schedule_type = x.schedule_type, schedule_config = x.schedule_config,
        categories_override = x.categories_override, regions_override = x.regions_override,
        cadence_override = x.cadence_override, enabled = x.enabled, next_run_at = x.next_run_at,
        notes = x.notes, status = x.status, rev = s.rev + 1, updated_at = t
    WHERE s.id = x.id;
END $$;

/* The specifications besides the first; whether that is a change. */
CREATE OR REPLACE FUNCTION ap.schedule_write_parts(the_schedule uuid, parts uuid[])
RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    IF parts = ARRAY (SELECT o.specification_id FROM ap.schedule_specifications o
                      WHERE o.schedule = the_schedule ORDER BY o.place) THEN
        RETURN false;
    END IF;
    DELETE FROM ap.schedule_specifications o WHERE o.schedule = the_schedule;
    INSERT INTO ap.schedule_specifications (schedule, place, specification_id)
    SELECT the_schedule, p.place::int, p.id FROM unnest(parts) WITH ORDINALITY p (id, place);
    RETURN true;
END $$;

/* q: actor, admin, create_per_hour, specs_max, workspace, name, rev, new_id, next, def:
 * specification, further, after, type, config, categories, regions, cadence, notes, enabled. */
CREATE OR REPLACE FUNCTION ap.schedule_put(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz;
    the_workspace uuid := ap.workspace_must(q ->> 'workspace');
    spec ap.newsletter_specifications;
    old ap.autopilot_schedules;
    x ap.autopilot_schedules;
    parts uuid[];
    created boolean;
BEGIN
    q := ap.enter(q, the_workspace);
    PERFORM ap.define(the_workspace);
    spec := ap.spec_must(q, the_workspace, q -> 'def' ->> 'specification');
    old := ap.schedule_find(the_workspace, q ->> 'name', true);
    created := old.id IS NULL;
    t := ap.clock();
    PERFORM ap.schedule_may_put(q, old, the_workspace, t);
    parts := ap.find_further(q, the_workspace, spec.id);
    x := ap.schedule_as_put(q, old);
    x.id := coalesce(old.id, (q ->> 'new_id')::uuid);
    x.workspace_id := the_workspace;
    x.specification_id := spec.id;
    x.after_id := ap.find_after(q, the_workspace, old.id);
    IF created OR x IS DISTINCT FROM old THEN
        PERFORM ap.schedule_write(q, x, created, t);
        PERFORM ap.schedule_write_parts(x.id, parts);
    ELSIF ap.schedule_write_parts(x.id, parts) THEN
        PERFORM ap.schedule_write(q, x, created, t);
    ELSE
        RETURN '{"answer": "same"}';
    END IF;
    PERFORM ap.audit(t, CASE WHEN created THEN 'schedule_created' ELSE 'schedule_changed' END,
                     q ->> 'actor', q ->> 'name', words => q ->> 'name', schedule => x.id);
    RETURN jsonb_build_object('answer', CASE WHEN created THEN 'created' ELSE 'changed' END);
END $$;

/* --- get, delete --- */

/* q: workspace, name. */
CREATE OR REPLACE FUNCTION ap.schedule_get(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    f ap.autopilot_schedules;
    ret jsonb;
BEGIN
    q := ap.enter(q, ap.workspace_must(q ->> 'workspace'));
    f := ap.schedule_must(q, false);
    SELECT jsonb_build_object('rev', f.rev, 'specification', p.name, 'frequency', p.frequency,
        'type', f.schedule_type, 'config', ap.json_text(f.schedule_config),
        'categories', ap.json_text(f.categories_override),
        'regions', ap.json_text(f.regions_override), 'cadence', f.cadence_override,
        'notes', f.notes, 'enabled', f.enabled,
        'further', (SELECT string_agg(o.name, E'\n' ORDER BY o.place) FROM ap.parts_of(f.id) o
                    WHERE o.place > 0),
        'after', (SELECT a.schedule_name FROM ap.autopilot_schedules a WHERE a.id = f.after_id))
    INTO ret FROM ap.newsletter_specifications p WHERE p.id = f.specification_id;
    RETURN ret;
END $$;

/* q: actor, admin, workspace, name. Refused while others follow it. */
CREATE OR REPLACE FUNCTION ap.schedule_delete(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz;
    the_workspace uuid := ap.workspace_must(q ->> 'workspace');
    f ap.autopilot_schedules;
    followers record;
BEGIN
    q := ap.enter(q, the_workspace);
    PERFORM ap.define(the_workspace);
    f := ap.schedule_must(q, true);
    t := ap.clock();
    PERFORM ap.gate(q, 'delete', the_workspace, f.created_by);
    SELECT count(*) AS n, min(s.schedule_name) AS one INTO followers FROM ap.autopilot_schedules s
    WHERE s.after_id = f.id AND s.deleted_at IS NULL;
    IF followers.n > 0 THEN
        PERFORM ap.fail('AP003', format('schedule: "%s" is followed by %s ("%s"); delete them '
            'first, or give them times', f.schedule_name, followers.n, followers.one));
    END IF;
    UPDATE ap.autopilot_schedules s SET deleted_at = t, enabled = false, updated_at = t
    WHERE s.id = f.id;
    PERFORM ap.audit(t, 'schedule_deleted', q ->> 'actor', f.schedule_name,
                     words => f.schedule_name, schedule => f.id);
    RETURN '{}';
END $$;

/* --- enable, disable, pause, resume --- */

CREATE OR REPLACE FUNCTION ap.schedule_may_switch(f ap.autopilot_schedules, what text, note text)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF what NOT IN ('enable', 'disable', 'pause', 'resume') THEN
        PERFORM ap.fail('AP003', 'schedule: it can be enabled, disabled, paused or resumed');
    END IF;
    IF f.status = 'cancelled' AND what <> 'disable' THEN
        PERFORM ap.fail('AP003', format('schedule: "%s" has come to its end; change its timing '
                                        '(schedule edit)', f.schedule_name));
    END IF;
    IF what = 'pause' AND note = '' THEN
        PERFORM ap.fail('AP003', 'schedule: a pause needs a note that says why (--note)');
    END IF;
    IF what = 'pause' AND f.status = 'error' THEN
        PERFORM ap.fail('AP003', format('schedule: "%s" is in error; mend it, then resume it',
                                        f.schedule_name));
    END IF;
END $$;

/* q: actor, admin, workspace, name, what, note, until (0: none), next. What is so already is
 * not done again; a pause is: another note, another end. */
CREATE OR REPLACE FUNCTION ap.schedule_control(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz;
    what text := q ->> 'what';
    pauses boolean := what = 'pause';
    next_at timestamptz := ap.ts((q ->> 'next')::bigint);
    f ap.autopilot_schedules;
BEGIN
    q := ap.enter(q, ap.workspace_must(q ->> 'workspace'));
    f := ap.schedule_must(q, true);
    t := ap.clock();
    PERFORM ap.gate(q, 'control', f.workspace_id, f.created_by);
    IF (what = 'enable' AND f.enabled) OR (what = 'disable' AND NOT f.enabled)
        OR (what = 'resume' AND f.status = 'active') THEN
        RETURN '{"changed": false}';
    END IF;
    PERFORM ap.schedule_may_switch(f, what, q ->> 'note');
    IF what IN ('enable', 'disable') THEN
        UPDATE ap.autopilot_schedules s
        SET enabled = what = 'enable', updated_at = t,
            next_run_at = CASE what WHEN 'enable' THEN next_at ELSE s.next_run_at END
        WHERE s.id = f.id;
    ELSE
        UPDATE ap.autopilot_schedules s
        SET status = CASE WHEN pauses THEN 'paused' ELSE 'active' END,
            paused_note = CASE WHEN pauses THEN q ->> 'note' ELSE '' END,
            paused_until = CASE WHEN pauses AND (q ->> 'until')::bigint > 0
                                THEN ap.ts((q ->> 'until')::bigint) END,
            next_run_at = CASE WHEN pauses THEN s.next_run_at ELSE next_at END,
            last_run_error = CASE WHEN pauses THEN s.last_run_error END, updated_at = t
        WHERE s.id = f.id;
    END IF;
    PERFORM ap.audit(t, 'schedule_' || what || 'd', q ->> 'actor', f.schedule_name,
                     schedule => f.id, words => ap.say(f.schedule_name,
                                                      CASE WHEN pauses THEN q ->> 'note'
                                                           ELSE '' END));
    RETURN '{"changed": true}';
END $$;
