/* 12_piece - a whole record for a new copy, in pieces that fit into memory.
 *
 * The mark that the copy goes on from comes with the first piece; each piece shows the record as it
 * is when it is asked for. What changed meanwhile was written at or above the mark, so the pull
 * that follows the last piece brings it. */

CREATE OR REPLACE FUNCTION ap.row_of(r ap.workspace_members, workspace bigint) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_array(workspace, r.member, r.role, ap.us(r.added_at))
$$;

CREATE OR REPLACE FUNCTION ap.pull_people(since xid8) RETURNS TABLE (relation text, columns json)
LANGUAGE sql STABLE AS $$
    SELECT 'workspace_members', ap.row_of(m, w.no)
    FROM ap.workspace_members m LEFT JOIN ap.workspaces w ON w.id = m.workspace_id
    WHERE m.changed >= since
$$;

/* Whoever came into a workspace gets all that was there before. */
CREATE OR REPLACE FUNCTION ap.pull_from(since text) RETURNS xid8
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN NOT ap.sees_all() AND (
        EXISTS (SELECT FROM ap.workspace_members m WHERE m.changed >= since::xid8)
        OR EXISTS (SELECT FROM ap.gone g WHERE g.relation = 'workspace_members'
                   AND g.changed >= since::xid8))
    THEN '0'::xid8 ELSE since::xid8 END
$$;

/* Can a copy be brought up to date from the mark? Not when keys of what was deleted since are not
 * kept any more (40_keep). */
CREATE OR REPLACE FUNCTION ap.pull_goes_on(since xid8) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT since = '0' OR NOT EXISTS (SELECT FROM ap.keeping k
                                      WHERE k.relation = 'gone' AND k.mark >= since)
$$;

/* The order of the tables, what each is read by (an index has it), and how many rows of ordinary
 * size one of it weighs. */
CREATE OR REPLACE FUNCTION ap.pull_order()
RETURNS TABLE (place integer, relation text, key text, weight integer)
LANGUAGE sql IMMUTABLE AS $$
    VALUES
    (1, 'workspaces', 'x.no', 1),
    (2, 'workspace_members', 'x.workspace_id, x.member', 1),
    (3, 'automation_jobs', 'x.no', 1),
    (4, 'automation_process_state', 'x.job', 1),
    (5, 'job_leases', 'x.job', 1),
    (6, 'search_groups', 'x.job, x.group_no', 1),
    (7, 'search_terms', 'x.job, x.term_no', 1),
    (8, 'term_variations', 'x.job, x.term_no, x.k', 1),
    (9, 'email_templates', 'x.workspace_id, x.name', 50),
    (10, 'leads', 'x.id', 1),
    (11, 'lead_sources', 'x.id', 1),
    (12, 'sends', 'x.seq', 1),
    (13, 'send_counts', 'x.job, x.mode, x.state', 1),
    (14, 'send_rates', 'x.job, x.span, x.tick', 1),
    (15, 'suppressions', 'x.workspace_id, x.subject', 1),
    (16, 'newsletter_specifications', 'x.no', 50),
    (17, 'autopilot_schedules', 'x.no', 2),
    (18, 'schedule_specifications', 'x.schedule, x.place', 1),
    (19, 'newsletter_runs', 'x.seq', 1),
    (20, 'schedule_templates', 'x.id', 2),
    (21, 'engines', 'x.id', 1),
    (22, 'events', 'x.seq', 1),
    (23, 'audit_log', 'x.seq', 1),
    (24, 'keeping', 'x.relation', 1),
    (25, 'deliveries', 'x.seq', 1)
$$;

/* What is asked of: a table, from behind a key on (NULL: from its start). */
CREATE OR REPLACE FUNCTION ap.pull_where(relation text, key text, after jsonb) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT format('ap.%I x %s', relation, CASE WHEN after IS NOT NULL THEN
        format('WHERE (%s) > (%s)', key, (SELECT string_agg(quote_literal(a.v), ', ' ORDER BY a.n)
               FROM jsonb_array_elements_text(after) WITH ORDINALITY a (v, n))) END)
$$;

/* The row x of the relation as copies take it: some have their workspace's number in it. */
CREATE OR REPLACE FUNCTION ap.pull_row(relation text) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN EXISTS (SELECT FROM pg_attribute a
                             WHERE a.attrelid = format('ap.%I', relation)::regclass
                               AND a.attname = 'workspace_id' AND NOT a.attisdropped)
        THEN 'ap.row_of(x, (SELECT w.no FROM ap.workspaces w WHERE w.id = x.workspace_id))'
        ELSE 'ap.row_of(x)' END
$$;

/* place, after: where the last piece ended (0 and NULL for the first), as its last row 'more' says:
 * [place, [key...]]; no such row: that was the last. The first row is 'head'. many: rows, about. */
CREATE OR REPLACE FUNCTION ap.pull_piece(the_place bigint, after text, many bigint)
RETURNS TABLE (relation text, columns json)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    o record;
    rest bigint := many;
    n bigint;
    part text;
    most bigint;
    last jsonb := after::jsonb;
BEGIN
    RETURN QUERY SELECT 'head', ap.pull_head();
    FOR o IN SELECT * FROM ap.pull_order() q WHERE q.place >= the_place ORDER BY q.place LOOP
        IF o.place > the_place THEN
            last := NULL;
        END IF;
        part := ap.pull_where(o.relation, o.key, last);
        most := greatest(rest / o.weight, 1);
        RETURN QUERY EXECUTE format('SELECT %L, %s FROM %s ORDER BY %s LIMIT %s',
                                    o.relation, ap.pull_row(o.relation), part, o.key, most);
        GET DIAGNOSTICS n = ROW_COUNT;
        IF n = most THEN
            EXECUTE format('SELECT jsonb_build_array(%s) FROM %s ORDER BY %s OFFSET %s LIMIT 1',
                           o.key, part, o.key, most - 1) INTO last;
            RETURN QUERY SELECT 'more', json_build_array(o.place, last);
            RETURN;
        END IF;
        rest := rest - n * o.weight;
    END LOOP;
END $$;
