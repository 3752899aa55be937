/* 09_pull - what changed since a copy was made, for the copy that screens read.
 *
 * One statement, so one state of the record. Each row is (relation, columns as a JSON array, in the
 * order of 08_rows); the last one is ('next', [the mark to ask with next time,
 * the server's instant, the record's id, the server, and to be shown: the login, the server's
 * version, the process that answers]). Rows of "gone", [relation, [key...]],
 * come first, so that what was made again stays. A mark is the oldest transaction
 * that was under way: rows at or above it are given again, which does no harm.
 *
 * A workspace's number is joined, and not a function's answer: under the caller's policies a function
 * would ask anew for each row what the caller may see. */

CREATE OR REPLACE FUNCTION ap.pull_jobs(since xid8) RETURNS TABLE (relation text, columns json)
LANGUAGE sql STABLE AS $$
    SELECT 'workspaces', ap.row_of(w) FROM ap.workspaces w WHERE w.changed >= since
    UNION ALL
    (SELECT 'automation_jobs', ap.row_of(j, w.no)
     FROM ap.automation_jobs j LEFT JOIN ap.workspaces w ON w.id = j.workspace_id
     WHERE j.changed >= since ORDER BY j.changed, j.no)
    UNION ALL
    SELECT 'automation_process_state', ap.row_of(p) FROM ap.automation_process_state p
     WHERE p.changed >= since
    UNION ALL
    SELECT 'job_leases', ap.row_of(l) FROM ap.job_leases l WHERE l.changed >= since
    UNION ALL
    SELECT 'search_groups', ap.row_of(g) FROM ap.search_groups g WHERE g.changed >= since
    UNION ALL
    SELECT 'search_terms', ap.row_of(s) FROM ap.search_terms s WHERE s.changed >= since
    UNION ALL
    SELECT 'term_variations', ap.row_of(v) FROM ap.term_variations v WHERE v.changed >= since
    UNION ALL
    SELECT 'email_templates', ap.row_of(e, w.no)
     FROM ap.email_templates e LEFT JOIN ap.workspaces w ON w.id = e.workspace_id
     WHERE e.changed >= since
$$;

CREATE OR REPLACE FUNCTION ap.pull_letters(since xid8) RETURNS TABLE (relation text, columns json)
LANGUAGE sql STABLE AS $$
    SELECT 'leads', ap.row_of(l, w.no)
     FROM ap.leads l LEFT JOIN ap.workspaces w ON w.id = l.workspace_id
     WHERE l.changed >= since
    UNION ALL
    SELECT 'lead_sources', ap.row_of(o) FROM ap.lead_sources o WHERE o.changed >= since
    UNION ALL
    SELECT 'sends', ap.row_of(s) FROM ap.sends s WHERE s.changed >= since
    UNION ALL
    SELECT 'send_counts', ap.row_of(c) FROM ap.send_counts c WHERE c.changed >= since
    UNION ALL
    SELECT 'send_rates', ap.row_of(r) FROM ap.send_rates r WHERE r.changed >= since
    UNION ALL
    SELECT 'suppressions', ap.row_of(s, w.no)
     FROM ap.suppressions s LEFT JOIN ap.workspaces w ON w.id = s.workspace_id
     WHERE s.changed >= since
$$;

/* What was deleted comes before what may have taken its name since, and runs that gave up their
 * period before those that may have it now. */
CREATE OR REPLACE FUNCTION ap.pull_schedules(since xid8)
RETURNS TABLE (relation text, columns json)
LANGUAGE sql STABLE AS $$
    (SELECT 'newsletter_specifications', ap.row_of(p, w.no)
     FROM ap.newsletter_specifications p LEFT JOIN ap.workspaces w ON w.id = p.workspace_id
     WHERE p.changed >= since
     ORDER BY p.deleted_at IS NULL, p.no)
    UNION ALL
    (SELECT 'autopilot_schedules', ap.row_of(s, w.no)
     FROM ap.autopilot_schedules s LEFT JOIN ap.workspaces w ON w.id = s.workspace_id
     WHERE s.changed >= since
     ORDER BY s.deleted_at IS NULL, s.no)
    UNION ALL
    SELECT 'schedule_specifications', ap.row_of(x) FROM ap.schedule_specifications x
     WHERE x.changed >= since
    UNION ALL
    (SELECT 'newsletter_runs', ap.row_of(r, w.no)
     FROM ap.newsletter_runs r LEFT JOIN ap.workspaces w ON w.id = r.workspace_id
     WHERE r.changed >= since
     ORDER BY r.status IN ('queued', 'running', 'success'), r.seq)
    UNION ALL
    (SELECT 'deliveries', ap.row_of(d, w.no)
     FROM ap.deliveries d LEFT JOIN ap.workspaces w ON w.id = d.workspace_id
     WHERE d.changed >= since ORDER BY d.seq)
    UNION ALL
    (SELECT 'schedule_templates', ap.row_of(e, w.no)
     FROM ap.schedule_templates e LEFT JOIN ap.workspaces w ON w.id = e.workspace_id
     WHERE e.changed >= since
     ORDER BY e.deleted_at IS NULL, e.created_at, e.id)
$$;

CREATE OR REPLACE FUNCTION ap.pull_history(since xid8) RETURNS TABLE (relation text, columns json)
LANGUAGE sql STABLE AS $$
    SELECT 'engines', ap.row_of(e) FROM ap.engines e WHERE e.changed >= since
    UNION ALL
    SELECT 'events', ap.row_of(e) FROM ap.events e WHERE e.changed >= since
    UNION ALL
    SELECT 'audit_log', ap.row_of(a) FROM ap.audit_log a WHERE a.changed >= since
    UNION ALL
    SELECT 'keeping', ap.row_of(k) FROM ap.keeping k WHERE k.changed >= since
$$;

/* The oldest transaction under way, the server's instant, the record's id, the server. */
CREATE OR REPLACE FUNCTION ap.pull_head() RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_array(pg_snapshot_xmin(pg_current_snapshot())::text, ap.us(ap.clock()),
                            (SELECT r.id FROM ap.record r), ap.server(), session_user::text,
                            current_setting('server_version'), pg_backend_pid())
$$;

/* since: a mark; the first one comes with the pieces of ap.pull_piece (12_piece). One row 'anew'
 * instead of all that: the copy can't be brought up to date from there and is to be made anew. The
 * planner can't guess how many rows are at or above a mark, and takes
 * it for a third of a table: the indexes on `changed` are named to it, and nothing is compiled for a
 * question that is asked once a second. */
CREATE OR REPLACE FUNCTION ap.pull(since text) RETURNS TABLE (relation text, columns json)
LANGUAGE plpgsql STABLE SET enable_seqscan = off SET jit = off
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    mark xid8 := ap.pull_from(since);
BEGIN
    IF NOT ap.pull_goes_on(since::xid8) THEN
        RETURN QUERY SELECT 'anew', ap.pull_head();
        RETURN;
    END IF;
    RETURN QUERY
    (SELECT 'gone', json_build_array(g.relation, CASE
        WHEN g.relation IN ('email_templates', 'suppressions', 'workspace_members')
        THEN jsonb_set(g.key, '{0}', to_jsonb((SELECT w.no FROM ap.workspaces w
                                               WHERE w.id = (g.key ->> 0)::uuid)))
        ELSE g.key END)
     FROM ap.gone g WHERE g.changed >= mark ORDER BY g.id)
    UNION ALL
    SELECT * FROM ap.pull_jobs(mark)
    UNION ALL
    SELECT * FROM ap.pull_letters(mark)
    UNION ALL
    SELECT * FROM ap.pull_schedules(mark)
    UNION ALL
    SELECT * FROM ap.pull_history(mark)
    UNION ALL
    SELECT * FROM ap.pull_people(mark)
    UNION ALL
    SELECT 'next', ap.pull_head();
END $$;
