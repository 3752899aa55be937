/* 07_job - stores a job's definition as a whole, and gives it back.
 *
 * The definition is compared with what is stored, and only what differs is written; groups are
 * matched by name and terms by group and text, so whatever stays keeps its number, its counts and
 * its place in the ledger. The same definition again changes nothing. */

/* The template as it shall be; whether that is a change. */
CREATE OR REPLACE FUNCTION ap.store_template(who text, the_workspace uuid, d jsonb, t timestamptz)
RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    now_version integer;
BEGIN
    PERFORM 1 FROM ap.email_templates e
    WHERE e.workspace_id = the_workspace AND e.name = d ->> 'name'
      AND e.subject = d ->> 'subject' AND e.text = d ->> 'text' AND e.html = d ->> 'html';
    IF FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO ap.email_templates AS e (workspace_id, name, version, subject, text, html,
                                         updated_at)
    VALUES (the_workspace, d ->> 'name', 1, d ->> 'subject', d ->> 'text', d ->> 'html', t)
    ON CONFLICT (workspace_id, name) DO UPDATE SET version = e.version + 1,
        subject = excluded.subject, text = excluded.text, html = excluded.html,
        updated_at = excluded.updated_at
    RETURNING e.version INTO now_version;
    /* Jobs that write with it have another definition now. */
    UPDATE ap.automation_jobs j SET rev = j.rev + 1
    WHERE j.workspace_id = the_workspace AND j.deleted_at IS NULL AND EXISTS
        (SELECT 1 FROM ap.search_groups g
         WHERE g.job = j.id AND NOT g.removed AND g.template = d ->> 'name');
    PERFORM ap.audit(t, 'template_changed', who, d ->> 'name', words => d ->> 'name',
                     n1 => now_version);
    RETURN true;
END $$;

CREATE OR REPLACE FUNCTION ap.add_job(q jsonb, the_workspace uuid, t timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    d jsonb := q -> 'def';
    the_job uuid := (q ->> 'new_id')::uuid;
BEGIN
    INSERT INTO ap.automation_jobs (id, workspace_id, name, distribution_method, loop_interval,
        max_emails_per_group, loop_automation, provider, variations, seed, recontact,
        one_lead_per_domain, created_at, updated_at)
    VALUES (the_job, the_workspace, q ->> 'name', d ->> 'distribution',
            (d ->> 'loop_interval')::int, (d ->> 'max')::int, (d ->> 'loop')::boolean,
            d ->> 'provider', (d ->> 'variations')::int, (d ->> 'seed')::bigint,
            d ->> 'recontact', (d ->> 'one')::boolean, t, t);
    INSERT INTO ap.automation_process_state (job, most_per_group, most_per_term, saved_at)
    VALUES (the_job, (d ->> 'max')::int, (d ->> 'loop_interval')::int, t);
    INSERT INTO ap.job_leases (job) VALUES (the_job);
END $$;

/* Whether a setting changed. */
CREATE OR REPLACE FUNCTION ap.change_job(the_job uuid, d jsonb) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
BEGIN
    UPDATE ap.automation_jobs j
    SET distribution_method = d ->> 'distribution', loop_interval = (d ->> 'loop_interval')::int,
        max_emails_per_group = (d ->> 'max')::int, loop_automation = (d ->> 'loop')::boolean,
        provider = d ->> 'provider', variations = (d ->> 'variations')::int,
        seed = (d ->> 'seed')::bigint, recontact = d ->> 'recontact',
        one_lead_per_domain = (d ->> 'one')::boolean
    WHERE j.id = the_job AND (j.distribution_method, j.loop_interval, j.max_emails_per_group,
        j.loop_automation, j.provider, j.variations, j.seed, j.recontact, j.one_lead_per_domain)
        IS DISTINCT FROM (d ->> 'distribution', (d ->> 'loop_interval')::int, (d ->> 'max')::int,
            (d ->> 'loop')::boolean, d ->> 'provider', (d ->> 'variations')::int,
            (d ->> 'seed')::bigint, d ->> 'recontact', (d ->> 'one')::boolean);
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    RETURN true;
END $$;

/* Variations of a term, as the program made them from the seed. */
CREATE OR REPLACE FUNCTION ap.put_variations(the_job uuid, the_term integer, texts jsonb)
RETURNS void
LANGUAGE sql AS $$
    DELETE FROM ap.term_variations v WHERE v.job = the_job AND v.term_no = the_term;
    INSERT INTO ap.term_variations (job, term_no, k, text)
    SELECT the_job, the_term, x.k, x.text
    FROM jsonb_array_elements_text(texts) WITH ORDINALITY x (text, k);
$$;

/* The terms of one group; whether something changed. renew: variations are made again. */
CREATE OR REPLACE FUNCTION ap.put_terms(the_job uuid, the_group integer, terms jsonb,
    renew boolean) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    changed boolean := false;
    x record;
    s record;
    no integer;
BEGIN
    FOR x IN SELECT e.value ->> 'text' AS words, e.value -> 'variations' AS variations, e.place
             FROM jsonb_array_elements(terms) WITH ORDINALITY e (value, place) LOOP
        SELECT o.term_no, o.place INTO s FROM ap.search_terms o
        WHERE o.job = the_job AND o.group_no = the_group AND NOT o.removed AND o.text = x.words;
        IF s.term_no IS NULL THEN
            UPDATE ap.automation_process_state SET next_term_no = next_term_no + 1
            WHERE job = the_job RETURNING next_term_no - 1 INTO no;
            INSERT INTO ap.search_terms (job, term_no, group_no, place, text)
            VALUES (the_job, no, the_group, x.place, x.words);
            PERFORM ap.put_variations(the_job, no, x.variations);
            changed := true;
            CONTINUE;
        END IF;
        IF renew THEN
            PERFORM ap.put_variations(the_job, s.term_no, x.variations);
        END IF;
        IF s.place <> x.place THEN
            UPDATE ap.search_terms SET place = x.place
            WHERE job = the_job AND term_no = s.term_no;
            changed := true;
        END IF;
    END LOOP;
    RETURN changed;
END $$;

/* One group with its terms; whether something changed. */
CREATE OR REPLACE FUNCTION ap.put_group(the_job uuid, the_workspace uuid, the_place integer,
    d jsonb, renew boolean) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    changed boolean := false;
    g record;
BEGIN
    PERFORM 1 FROM ap.email_templates e
    WHERE e.workspace_id = the_workspace AND e.name = d ->> 'template';
    IF NOT FOUND THEN
        PERFORM ap.fail('AP003', format('job: group "%s" uses template "%s", which does not exist',
                                        d ->> 'name', d ->> 'template'));
    END IF;
    SELECT o.group_no, o.place, o.template INTO g FROM ap.search_groups o
    WHERE o.job = the_job AND NOT o.removed AND o.name = d ->> 'name';
    IF g.group_no IS NULL THEN
        UPDATE ap.automation_process_state SET next_group_no = next_group_no + 1
        WHERE job = the_job RETURNING next_group_no - 1 INTO g.group_no;
        INSERT INTO ap.search_groups (job, group_no, place, name, template)
        VALUES (the_job, g.group_no, the_place, d ->> 'name', d ->> 'template');
        changed := true;
    ELSIF g.place <> the_place OR g.template <> d ->> 'template' THEN
        UPDATE ap.search_groups SET place = the_place, template = d ->> 'template'
        WHERE job = the_job AND group_no = g.group_no;
        changed := true;
    END IF;
    RETURN ap.put_terms(the_job, g.group_no, d -> 'terms', renew) OR changed;
END $$;

/* What is not in the definition any more; its rows stay, because the ledger names them. Terms are
 * looked at by the group that they are in. */
CREATE OR REPLACE FUNCTION ap.remove_rest(the_job uuid, d jsonb, OUT groups integer,
    OUT terms integer)
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ap.search_terms s SET removed = true
    FROM ap.search_groups g
    WHERE s.job = the_job AND NOT s.removed AND g.job = s.job AND g.group_no = s.group_no
      AND NOT EXISTS (SELECT 1 FROM jsonb_array_elements(d -> 'groups') x,
                                    jsonb_array_elements(x -> 'terms') y
                      WHERE x ->> 'name' = g.name AND y ->> 'text' = s.text);
    GET DIAGNOSTICS terms = ROW_COUNT;
    UPDATE ap.search_groups g SET removed = true
    WHERE g.job = the_job AND NOT g.removed
      AND NOT EXISTS (SELECT 1 FROM jsonb_array_elements(d -> 'groups') x
                      WHERE x ->> 'name' = g.name);
    GET DIAGNOSTICS groups = ROW_COUNT;
END $$;

/* What the program must know before it can make the variations of a job's terms. */
CREATE OR REPLACE FUNCTION ap.job_seed(q jsonb) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object('seed',
        (SELECT j.seed FROM ap.automation_jobs j JOIN ap.workspaces w ON w.id = j.workspace_id
         WHERE w.name = q ->> 'workspace' AND j.name = q ->> 'name' AND j.deleted_at IS NULL
           AND ap.may_see(w.id)))
$$;

/* q: actor, workspace, name, rev (-1: whatever is there), new_id, has_seed, def. */
CREATE OR REPLACE FUNCTION ap.job_put(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
    d jsonb := q -> 'def';
    the_workspace uuid := ap.workspace_must(q ->> 'workspace');
    j ap.found_job;
    the_job uuid;
    created boolean;
    changed boolean;
    renew boolean := false;
    gone record;
    x record;
BEGIN
    PERFORM ap.gate(q, the_workspace, 'change');
    /* Two that make the same job at once: the second finds it. */
    PERFORM pg_advisory_xact_lock(hashtextextended(the_workspace::text || (q ->> 'name'), 3));
    j := ap.job_find(q, t);
    created := j.id IS NULL;
    changed := created;
    IF (q ->> 'rev')::bigint >= 0 AND (created OR j.rev <> (q ->> 'rev')::bigint) THEN
        PERFORM ap.fail('AP002', format('job: "%s" was %s meanwhile; reload it and try again',
            q ->> 'name', CASE WHEN created THEN 'deleted' ELSE 'changed' END));
    END IF;
    IF NOT created THEN
        SELECT a.seed <> (d ->> 'seed')::bigint OR a.variations <> (d ->> 'variations')::int
        INTO renew FROM ap.automation_jobs a WHERE a.id = j.id;
        IF renew AND NOT (q ->> 'has_seed')::boolean AND
           (SELECT a.seed FROM ap.automation_jobs a WHERE a.id = j.id) <> (d ->> 'seed')::bigint
        THEN
            PERFORM ap.fail('AP005', 'job: it was made meanwhile; try again');
        END IF;
    END IF;
    FOR x IN SELECT value FROM jsonb_array_elements(d -> 'templates') LOOP
        changed := ap.store_template(q ->> 'actor', the_workspace, x.value, t) OR changed;
    END LOOP;
    the_job := coalesce(j.id, (q ->> 'new_id')::uuid);
    IF created THEN
        PERFORM ap.add_job(q, the_workspace, t);
    ELSE
        changed := ap.change_job(the_job, d) OR changed;
    END IF;
    FOR x IN SELECT value, place FROM jsonb_array_elements(d -> 'groups')
             WITH ORDINALITY e (value, place) LOOP
        changed := ap.put_group(the_job, the_workspace, x.place::int, x.value, renew) OR changed;
    END LOOP;
    SELECT * INTO gone FROM ap.remove_rest(the_job, d);
    changed := changed OR gone.groups > 0 OR gone.terms > 0;
    IF changed THEN
        PERFORM ap.job_changed(q, the_job, created, t);
    END IF;
    RETURN jsonb_build_object('job', the_job, 'created', created, 'changed', changed,
        'groups_removed', gone.groups, 'terms_removed', gone.terms);
END $$;

CREATE OR REPLACE FUNCTION ap.job_changed(q jsonb, the_job uuid, created boolean, t timestamptz)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    d jsonb := q -> 'def';
BEGIN
    IF NOT created THEN
        UPDATE ap.automation_jobs SET rev = rev + 1, updated_at = t WHERE id = the_job;
    END IF;
    UPDATE ap.automation_process_state
    SET most_per_group = greatest(most_per_group, (d ->> 'max')::int),
        most_per_term = greatest(most_per_term, (d ->> 'loop_interval')::int)
    WHERE job = the_job;
    PERFORM ap.audit(t, CASE WHEN created THEN 'job_created' ELSE 'job_changed' END, q ->> 'actor',
        (q ->> 'workspace') || '/' || (q ->> 'name'), job => the_job,
        n1 => jsonb_array_length(d -> 'groups'),
        n2 => (SELECT coalesce(sum(jsonb_array_length(g -> 'terms')), 0)::bigint
               FROM jsonb_array_elements(d -> 'groups') g));
END $$;

CREATE OR REPLACE FUNCTION ap.job_get(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    f ap.found_job := ap.job_must(q, ap.clock());
    ret jsonb;
BEGIN
    PERFORM ap.gate(q, f.workspace_id, 'see');
    SELECT jsonb_build_object('rev', j.rev, 'distribution', j.distribution_method,
        'loop_interval', j.loop_interval, 'max', j.max_emails_per_group,
        'loop', j.loop_automation, 'provider', j.provider, 'variations', j.variations,
        'seed', j.seed, 'recontact', j.recontact, 'one', j.one_lead_per_domain,
        'groups', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', g.name,
                       'template', g.template, 'terms',
                       (SELECT coalesce(jsonb_agg(s.text ORDER BY s.place), '[]')
                        FROM ap.search_terms s
                        WHERE s.job = j.id AND s.group_no = g.group_no AND NOT s.removed))
                       ORDER BY g.place), '[]')
                   FROM ap.search_groups g WHERE g.job = j.id AND NOT g.removed),
        'templates', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', e.name,
                          'subject', e.subject, 'text', e.text, 'html', e.html)
                          ORDER BY u.first), '[]')
                      FROM ap.email_templates e
                      JOIN (SELECT g.template, min(g.place) AS first FROM ap.search_groups g
                            WHERE g.job = j.id AND NOT g.removed GROUP BY g.template) u
                        ON u.template = e.name
                      WHERE e.workspace_id = j.workspace_id))
    INTO ret FROM ap.automation_jobs j WHERE j.id = f.id;
    RETURN ret;
END $$;
