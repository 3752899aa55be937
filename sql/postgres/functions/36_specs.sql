/* 36_specs - what operators define besides schedules: specifications of reports, and templates of
 * schedules. The same once more changes nothing and is not audited.
 *
 * What is JSON in a definition comes as text: nothing in between writes its numbers anew. */

/* Of a workspace, and not deleted; NULL when there is none. */
CREATE OR REPLACE FUNCTION ap.spec_find(the_workspace uuid, the_name text)
RETURNS ap.newsletter_specifications
LANGUAGE sql STABLE AS $$
    SELECT p.* FROM ap.newsletter_specifications p
    WHERE p.workspace_id = the_workspace AND p.name = the_name AND p.deleted_at IS NULL
$$;

CREATE OR REPLACE FUNCTION ap.spec_must(q jsonb, the_workspace uuid, the_name text)
RETURNS ap.newsletter_specifications
LANGUAGE plpgsql AS $$
DECLARE
    ret ap.newsletter_specifications := ap.spec_find(the_workspace, the_name);
BEGIN
    IF ret.id IS NULL THEN
        PERFORM ap.fail('AP004', format('specification: there is no specification "%s" in '
                                        'workspace "%s"', the_name, q ->> 'workspace'));
    END IF;
    RETURN ret;
END $$;

/* rev: what the caller has seen; below 0: whatever is there. */
CREATE OR REPLACE FUNCTION ap.rev_must(thing text, the_name text, stored bigint, rev bigint)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF rev >= 0 AND rev <> stored THEN
        PERFORM ap.fail('AP002', format('%s: "%s" was changed meanwhile; look at it again, then '
                                        'change it', thing, the_name));
    END IF;
END $$;

/* q: actor, admin, workspace, name, rev, new_id, active, frequency, definition. */
CREATE OR REPLACE FUNCTION ap.spec_put(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz;
    the_workspace uuid := ap.workspace_must(q ->> 'workspace');
    is_active boolean := (q ->> 'active')::boolean;
    of_reports jsonb := (q ->> 'definition')::jsonb;
    old ap.newsletter_specifications;
BEGIN
    q := ap.enter(q, the_workspace);
    PERFORM ap.define(the_workspace);
    t := ap.clock();
    old := ap.spec_find(the_workspace, q ->> 'name');
    PERFORM ap.gate(q, 'spec_put', the_workspace, coalesce(old.created_by, q ->> 'actor'));
    IF old.id IS NULL THEN
        INSERT INTO ap.newsletter_specifications (id, workspace_id, name, active, frequency,
            definition, created_by, created_at, updated_at)
        VALUES ((q ->> 'new_id')::uuid, the_workspace, q ->> 'name', is_active, q ->> 'frequency',
                of_reports, q ->> 'actor', t, t);
    ELSE
        PERFORM ap.rev_must('specification', old.name, old.rev, (q ->> 'rev')::bigint);
        IF (old.active, old.frequency, old.definition)
            IS NOT DISTINCT FROM (is_active, q ->> 'frequency', of_reports) THEN
            RETURN '{"answer": "same"}';
        END IF;
        UPDATE ap.newsletter_specifications p
        SET active = is_active, frequency = q ->> 'frequency', definition = of_reports,
            rev = p.rev + 1, updated_at = t
        WHERE p.id = old.id;
    END IF;
    PERFORM ap.audit(t, 'spec_changed', q ->> 'actor', q ->> 'name', words => q ->> 'name');
    RETURN jsonb_build_object('answer',
                              CASE WHEN old.id IS NULL THEN 'created' ELSE 'changed' END);
END $$;

/* q: actor, admin, workspace, name. Nothing may use it any more. */
CREATE OR REPLACE FUNCTION ap.spec_delete(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz;
    the_workspace uuid := ap.workspace_must(q ->> 'workspace');
    old ap.newsletter_specifications;
    users record;
BEGIN
    q := ap.enter(q, the_workspace);
    PERFORM ap.define(the_workspace);
    t := ap.clock();
    old := ap.spec_must(q, the_workspace, q ->> 'name');
    PERFORM ap.gate(q, 'spec_delete', the_workspace, old.created_by);
    SELECT count(*) AS n, min(s.schedule_name) AS one INTO users FROM ap.autopilot_schedules s
    WHERE s.deleted_at IS NULL
      AND (s.specification_id = old.id
           OR s.id IN (SELECT x.schedule FROM ap.schedule_specifications x
                       WHERE x.specification_id = old.id));
    IF users.n > 0 THEN
        PERFORM ap.fail('AP003', format('specification: "%s" has %s schedules ("%s"); delete them '
                                        'first', old.name, users.n, users.one));
    END IF;
    UPDATE ap.newsletter_specifications p SET deleted_at = t, active = false, updated_at = t
    WHERE p.id = old.id;
    PERFORM ap.audit(t, 'spec_deleted', q ->> 'actor', old.name, words => old.name);
    RETURN '{}';
END $$;

/* --- templates of schedules --- */

CREATE OR REPLACE FUNCTION ap.schedule_template_find(the_workspace uuid, the_name text)
RETURNS ap.schedule_templates
LANGUAGE sql STABLE AS $$
    SELECT x.* FROM ap.schedule_templates x
    WHERE x.workspace_id = the_workspace AND x.name = the_name AND x.deleted_at IS NULL
$$;

/* q: actor, admin, workspace, name, rev, new_id, def: type, config, categories, regions,
 * cadence, notes. The names of those that are built in are refused by the program. */
CREATE OR REPLACE FUNCTION ap.schedule_template_put(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz;
    d jsonb := q -> 'def';
    of_config jsonb := (d ->> 'config')::jsonb;
    of_categories jsonb := nullif(d ->> 'categories', '')::jsonb;
    of_regions jsonb := nullif(d ->> 'regions', '')::jsonb;
    the_workspace uuid := ap.workspace_must(q ->> 'workspace');
    old ap.schedule_templates;
BEGIN
    q := ap.enter(q, the_workspace);
    PERFORM ap.define(the_workspace);
    t := ap.clock();
    old := ap.schedule_template_find(the_workspace, q ->> 'name');
    PERFORM ap.gate(q, 'template_put', the_workspace, coalesce(old.created_by, q ->> 'actor'));
    IF d ->> 'type' = 'after' THEN
        PERFORM ap.fail('AP003', 'schedule template: it has times; none that follows another '
                                 'schedule');
    END IF;
    IF old.id IS NULL THEN
        INSERT INTO ap.schedule_templates (id, workspace_id, name, schedule_type, schedule_config,
            categories_override, regions_override, cadence_override, notes, created_by,
            created_at, updated_at)
        VALUES ((q ->> 'new_id')::uuid, the_workspace, q ->> 'name', d ->> 'type', of_config,
                of_categories, of_regions, d ->> 'cadence', d ->> 'notes', q ->> 'actor', t, t);
    ELSE
        PERFORM ap.rev_must('schedule template', old.name, old.rev, (q ->> 'rev')::bigint);
        IF (old.schedule_type, old.schedule_config, old.categories_override, old.regions_override,
            old.cadence_override, old.notes)
            IS NOT DISTINCT FROM (d ->> 'type', of_config, of_categories, of_regions,
                                  d ->> 'cadence', d ->> 'notes') THEN
            RETURN '{"answer": "same"}';
        END IF;
        UPDATE ap.schedule_templates x
        SET schedule_type = d ->> 'type', schedule_config = of_config,
            categories_override = of_categories, regions_override = of_regions,
            cadence_override = d ->> 'cadence', notes = d ->> 'notes', rev = x.rev + 1,
            updated_at = t
        WHERE x.id = old.id;
    END IF;
    PERFORM ap.audit(t, 'schedule_template_changed', q ->> 'actor', q ->> 'name',
                     words => q ->> 'name');
    RETURN jsonb_build_object('answer',
                              CASE WHEN old.id IS NULL THEN 'created' ELSE 'changed' END);
END $$;

/* q: actor, admin, workspace, name. */
CREATE OR REPLACE FUNCTION ap.schedule_template_delete(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz;
    the_workspace uuid := ap.workspace_must(q ->> 'workspace');
    old ap.schedule_templates;
BEGIN
    q := ap.enter(q, the_workspace);
    PERFORM ap.define(the_workspace);
    t := ap.clock();
    old := ap.schedule_template_find(the_workspace, q ->> 'name');
    IF old.id IS NULL THEN
        PERFORM ap.fail('AP003', format('schedule template: there is no "%s"; `autopilot schedule '
                                        'template list` has all', q ->> 'name'));
    END IF;
    PERFORM ap.gate(q, 'template_delete', the_workspace, old.created_by);
    UPDATE ap.schedule_templates x SET deleted_at = t, updated_at = t WHERE x.id = old.id;
    PERFORM ap.audit(t, 'schedule_template_deleted', q ->> 'actor', old.name, words => old.name);
    RETURN '{}';
END $$;
