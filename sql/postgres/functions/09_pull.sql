/* 09_pull - what changed since a copy was made, for the copy that screens read.
 *
 * One statement, so one state of the record. Each row is (relation, columns as a JSON array, in the
 * order of src/adapter/mirror_table.c); the last one is ('next', [the mark to ask with next time,
 * the server's instant, the record's id, the server, and to be shown: the login, the server's
 * version, the process that answers]). Rows of "gone", [relation, [key...]],
 * come first, so that what was made again stays. A mark is the oldest transaction
 * that was under way: rows at or above it are given again, which does no harm.
 *
 * A workspace's number is joined, and not a function's answer: under the caller's policies a function
 * would ask anew for each row what the caller may see. */

CREATE OR REPLACE FUNCTION ap.pull_jobs(since xid8) RETURNS TABLE (relation text, columns json)
LANGUAGE sql STABLE AS $$
    SELECT 'workspaces', json_build_array(w.no, w.name, ap.us(w.created_at), ap.us(w.deleted_at))
    FROM ap.workspaces w WHERE w.changed >= since
    UNION ALL
    (SELECT 'automation_jobs', json_build_array(j.id, w.no, j.name, j.status,
        j.desired, j.mode, j.current_group, j.current_position, j.total_emails_sent,
        j.group_emails_sent, j.distribution_method, j.loop_interval, j.max_emails_per_group,
        j.loop_automation, j.provider, j.variations, j.seed, j.recontact, j.one_lead_per_domain,
        j.rev, ap.us(j.created_at), ap.us(j.updated_at), ap.us(j.deleted_at))
     FROM ap.automation_jobs j LEFT JOIN ap.workspaces w ON w.id = j.workspace_id
     WHERE j.changed >= since ORDER BY j.changed, j.no)
    UNION ALL
    SELECT 'automation_process_state', json_build_array(p.job, p.cycle, p.cycle_ended, p.draws,
        p.group_no, p.term_no, ap.us(p.rest_until), ap.us(p.wait_until), ap.us(p.started_at),
        p.started_by, ap.us(p.ended_at), p.error, p.duplicates, p.next_group_no, p.next_term_no,
        p.most_per_group, p.most_per_term, ap.us(p.saved_at))
    FROM ap.automation_process_state p WHERE p.changed >= since
    UNION ALL
    SELECT 'job_leases', json_build_array(l.job, l.engine, l.journal_gen, l.manual, l.epoch,
        ap.us(l.until), ap.us(l.released_at))
    FROM ap.job_leases l WHERE l.changed >= since
    UNION ALL
    SELECT 'search_groups', json_build_array(g.job, g.group_no, g.place, g.name, g.template,
        g.removed, g.state, g.counted, g.pass, g.draw_no, g.leads)
    FROM ap.search_groups g WHERE g.changed >= since
    UNION ALL
    SELECT 'search_terms', json_build_array(s.job, s.term_no, s.group_no, s.place, s.text,
        s.removed, s.state, s.counted, s.target, s.queued, s.deferred, s.failures, s.first,
        s.variation, s.result, s.address, s.ended)
    FROM ap.search_terms s WHERE s.changed >= since
    UNION ALL
    SELECT 'term_variations', json_build_array(v.job, v.term_no, v.k, v.text)
    FROM ap.term_variations v WHERE v.changed >= since
    UNION ALL
    SELECT 'email_templates', json_build_array(w.no, e.name, e.version,
        e.subject, e.text, e.html, ap.us(e.updated_at))
    FROM ap.email_templates e LEFT JOIN ap.workspaces w ON w.id = e.workspace_id
    WHERE e.changed >= since
$$;

CREATE OR REPLACE FUNCTION ap.pull_letters(since xid8) RETURNS TABLE (relation text, columns json)
LANGUAGE sql STABLE AS $$
    SELECT 'leads', json_build_array(l.id, w.no, l.address, l.shown, l.site,
        l.name, l.company, l.flags, l.job, l.group_no, l.term_no, ap.us(l.found_at))
    FROM ap.leads l LEFT JOIN ap.workspaces w ON w.id = l.workspace_id
    WHERE l.changed >= since
    UNION ALL
    SELECT 'lead_sources', json_build_array(o.id, o.lead, o.job, o.group_no, o.term_no, o.url,
        o.title, o.company, o.language, ap.us(o.found_at))
    FROM ap.lead_sources o WHERE o.changed >= since
    UNION ALL
    SELECT 'sends', json_build_array(s.seq, s.id, s.job, s.mode, s.lead, s.source, s.address,
        s.site, s.group_no, s.term_no, s.cycle, s.state, s.attempt, s.owner, s.epoch,
        ap.us(s.queued_at), ap.us(s.claimed_at), ap.us(s.decided_at), ap.us(s.retry_at), s.code,
        s.reason, s.sha256)
    FROM ap.sends s WHERE s.changed >= since
    UNION ALL
    SELECT 'send_counts', json_build_array(c.job, c.mode, c.state, c.n)
    FROM ap.send_counts c WHERE c.changed >= since
    UNION ALL
    SELECT 'send_rates', json_build_array(r.job, r.span, r.tick, r.n)
    FROM ap.send_rates r WHERE r.changed >= since
    UNION ALL
    SELECT 'suppressions', json_build_array(w.no, s.subject, s.reason, s.actor,
        ap.us(s.at))
    FROM ap.suppressions s LEFT JOIN ap.workspaces w ON w.id = s.workspace_id
    WHERE s.changed >= since
$$;

/* What was deleted comes before what may have taken its name since, and runs that gave up their
 * period before those that may have it now. */
CREATE OR REPLACE FUNCTION ap.pull_schedules(since xid8)
RETURNS TABLE (relation text, columns json)
LANGUAGE sql STABLE AS $$
    (SELECT 'newsletter_specifications', json_build_array(p.id, w.no, p.name,
         p.active, p.frequency, ap.json_text(p.definition), p.rev, p.created_by,
         ap.us(p.created_at), ap.us(p.updated_at), ap.us(p.deleted_at))
     FROM ap.newsletter_specifications p LEFT JOIN ap.workspaces w ON w.id = p.workspace_id
     WHERE p.changed >= since
     ORDER BY p.deleted_at IS NULL, p.no)
    UNION ALL
    (SELECT 'autopilot_schedules', json_build_array(s.id, s.specification_id,
         w.no, s.created_by, s.schedule_name, s.schedule_type,
         ap.json_text(s.schedule_config), ap.json_text(s.categories_override),
         ap.json_text(s.regions_override), s.cadence_override, s.enabled, s.status,
         ap.us(s.last_run_at), s.last_run_status, s.last_run_error, ap.us(s.next_run_at),
         s.run_count, s.success_count, s.failure_count, s.notes,
         ap.us(s.last_scheduled_for), s.skip_count, s.overlap_skipped, s.missed_count,
         s.slot_count, ap.us(s.paused_until), s.paused_note, ap.us(s.overdue_since), s.rev,
         ap.us(s.created_at), ap.us(s.updated_at), ap.us(s.deleted_at), s.after_id)
     FROM ap.autopilot_schedules s LEFT JOIN ap.workspaces w ON w.id = s.workspace_id
     WHERE s.changed >= since
     ORDER BY s.deleted_at IS NULL, s.no)
    UNION ALL
    SELECT 'schedule_specifications', json_build_array(x.schedule, x.place, x.specification_id)
    FROM ap.schedule_specifications x WHERE x.changed >= since
    UNION ALL
    (SELECT 'newsletter_runs', json_build_array(r.seq, r.id, w.no,
         r.specification_id, r.autopilot_schedule_id, r.trigger, ap.us(r.scheduled_for),
         r.status, r.attempt, ap.us(r.not_before), ap.us(r.period_at), r.period_key, r.actor,
         r.owner, r.journal_gen, ap.us(r.until), ap.us(r.created_at), ap.us(r.started_at),
         ap.us(r.finished_at), r.error, r.items, r.sources, r.sources_failed, r.report, r.sha256,
         r.bytes, ap.us(r.seen_at), r.after_run)
     FROM ap.newsletter_runs r LEFT JOIN ap.workspaces w ON w.id = r.workspace_id
     WHERE r.changed >= since
     ORDER BY r.status IN ('queued', 'running', 'success'), r.seq)
    UNION ALL
    (SELECT 'schedule_templates', json_build_array(e.id, w.no, e.name,
         e.schedule_type, ap.json_text(e.schedule_config), ap.json_text(e.categories_override),
         ap.json_text(e.regions_override), e.cadence_override, e.notes, e.rev, e.created_by,
         ap.us(e.created_at), ap.us(e.updated_at), ap.us(e.deleted_at))
     FROM ap.schedule_templates e LEFT JOIN ap.workspaces w ON w.id = e.workspace_id
     WHERE e.changed >= since
     ORDER BY e.deleted_at IS NULL, e.created_at, e.id)
$$;

CREATE OR REPLACE FUNCTION ap.pull_history(since xid8) RETURNS TABLE (relation text, columns json)
LANGUAGE sql STABLE AS $$
    SELECT 'engines', json_build_array(e.id, e.journal_gen, e.host, e.pid, e.version,
        ap.us(e.first_seen), ap.us(e.last_seen))
    FROM ap.engines e WHERE e.changed >= since
    UNION ALL
    SELECT 'events', json_build_array(e.seq, ap.us(e.at), e.kind, e.level, e.job, e.group_no,
        e.term_no, e.send, e.actor, e.text, e.n1, e.n2, e.schedule, e.run)
    FROM ap.events e WHERE e.changed >= since
    UNION ALL
    SELECT 'audit_log', json_build_array(a.seq, ap.us(a.at), a.actor, a.action, a.target, a.detail,
        encode(a.hash, 'hex'))
    FROM ap.audit_log a WHERE a.changed >= since
$$;

/* since: '0' for everything. The planner can't guess how many rows are at or above a mark, and takes
 * it for a third of a table: the indexes on `changed` are named to it, and nothing is compiled for a
 * question that is asked once a second. */
CREATE OR REPLACE FUNCTION ap.pull(since text) RETURNS TABLE (relation text, columns json)
LANGUAGE plpgsql STABLE SET enable_seqscan = off SET jit = off
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    mark xid8 := ap.pull_from(since);
BEGIN
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
    SELECT 'next', json_build_array(pg_snapshot_xmin(pg_current_snapshot())::text,
                                    ap.us(ap.clock()), (SELECT r.id FROM ap.record r),
                                    ap.server(), session_user::text,
                                    current_setting('server_version'), pg_backend_pid());
END $$;
