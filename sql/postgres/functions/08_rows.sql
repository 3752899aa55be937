/* 08_rows - a row as copies take it: its columns as a JSON array, in the order of
 * src/adapter/mirror_table.c. Each is one expression, so that the server puts it in place. workspace:
 * its number in copies, which whoever asks joins. */

CREATE OR REPLACE FUNCTION ap.row_of(r ap.workspaces) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_array(r.no, r.name, ap.us(r.created_at), ap.us(r.deleted_at))
$$;

CREATE OR REPLACE FUNCTION ap.row_of(r ap.automation_jobs, workspace bigint) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_array(r.id, workspace, r.name, r.status, r.desired, r.mode,
        r.current_group, r.current_position, r.total_emails_sent, r.group_emails_sent,
        r.distribution_method, r.loop_interval, r.max_emails_per_group, r.loop_automation,
        r.provider, r.variations, r.seed, r.recontact, r.one_lead_per_domain, r.rev,
        ap.us(r.created_at), ap.us(r.updated_at), ap.us(r.deleted_at))
$$;

CREATE OR REPLACE FUNCTION ap.row_of(r ap.automation_process_state) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_array(r.job, r.cycle, r.cycle_ended, r.draws, r.group_no, r.term_no,
        ap.us(r.rest_until), ap.us(r.wait_until), ap.us(r.started_at), r.started_by,
        ap.us(r.ended_at), r.error, r.duplicates, r.next_group_no, r.next_term_no,
        r.most_per_group, r.most_per_term, ap.us(r.saved_at), ap.us(r.confirmed_at))
$$;

CREATE OR REPLACE FUNCTION ap.row_of(r ap.job_leases) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_array(r.job, r.engine, r.journal_gen, r.manual, r.epoch, ap.us(r.until),
        ap.us(r.released_at))
$$;

CREATE OR REPLACE FUNCTION ap.row_of(r ap.search_groups) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_array(r.job, r.group_no, r.place, r.name, r.template, r.removed, r.state,
        r.counted, r.pass, r.draw_no, r.leads)
$$;

CREATE OR REPLACE FUNCTION ap.row_of(r ap.search_terms) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_array(r.job, r.term_no, r.group_no, r.place, r.text, r.removed, r.state,
        r.counted, r.target, r.queued, r.deferred, r.failures, r.first, r.variation, r.result,
        r.address, r.ended)
$$;

CREATE OR REPLACE FUNCTION ap.row_of(r ap.term_variations) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_array(r.job, r.term_no, r.k, r.text)
$$;

CREATE OR REPLACE FUNCTION ap.row_of(r ap.email_templates, workspace bigint) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_array(workspace, r.name, r.version, r.subject, r.text, r.html,
        ap.us(r.updated_at))
$$;

CREATE OR REPLACE FUNCTION ap.row_of(r ap.leads, workspace bigint) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_array(r.id, workspace, r.address, r.shown, r.site, r.name, r.company,
        r.flags, r.job, r.group_no, r.term_no, ap.us(r.found_at))
$$;

CREATE OR REPLACE FUNCTION ap.row_of(r ap.lead_sources) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_array(r.id, r.lead, r.job, r.group_no, r.term_no, r.url, r.title,
        r.company, r.language, ap.us(r.found_at))
$$;

CREATE OR REPLACE FUNCTION ap.row_of(r ap.sends) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_array(r.seq, r.id, r.job, r.mode, r.lead, r.source, r.address, r.site,
        r.group_no, r.term_no, r.cycle, r.state, r.attempt, r.owner, r.epoch,
        ap.us(r.queued_at), ap.us(r.claimed_at), ap.us(r.decided_at), ap.us(r.retry_at), r.code,
        r.reason, r.sha256, r.heard)
$$;

CREATE OR REPLACE FUNCTION ap.row_of(r ap.send_counts) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_array(r.job, r.mode, r.state, r.n)
$$;

CREATE OR REPLACE FUNCTION ap.row_of(r ap.send_rates) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_array(r.job, r.span, r.tick, r.n)
$$;

CREATE OR REPLACE FUNCTION ap.row_of(r ap.suppressions, workspace bigint) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_array(workspace, r.subject, r.reason, r.actor, ap.us(r.at))
$$;

CREATE OR REPLACE FUNCTION ap.row_of(r ap.newsletter_specifications, workspace bigint) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_array(r.id, workspace, r.name, r.active, r.frequency,
        ap.json_text(r.definition), r.rev, r.created_by, ap.us(r.created_at),
        ap.us(r.updated_at), ap.us(r.deleted_at))
$$;

CREATE OR REPLACE FUNCTION ap.row_of(r ap.autopilot_schedules, workspace bigint) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_array(r.id, r.specification_id, workspace, r.created_by, r.schedule_name,
        r.schedule_type, ap.json_text(r.schedule_config), ap.json_text(r.categories_override),
        ap.json_text(r.regions_override), r.cadence_override, r.enabled, r.status,
        ap.us(r.last_run_at), r.last_run_status, r.last_run_error, ap.us(r.next_run_at),
        r.run_count, r.success_count, r.failure_count, r.notes, ap.us(r.last_scheduled_for),
        r.skip_count, r.overlap_skipped, r.missed_count, r.slot_count, ap.us(r.paused_until),
        r.paused_note, ap.us(r.overdue_since), r.rev, ap.us(r.created_at), ap.us(r.updated_at),
        ap.us(r.deleted_at), r.after_id)
$$;

CREATE OR REPLACE FUNCTION ap.row_of(r ap.schedule_specifications) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_array(r.schedule, r.place, r.specification_id)
$$;

CREATE OR REPLACE FUNCTION ap.row_of(r ap.newsletter_runs, workspace bigint) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_array(r.seq, r.id, workspace, r.specification_id, r.autopilot_schedule_id,
        r.trigger, ap.us(r.scheduled_for), r.status, r.attempt, ap.us(r.not_before),
        ap.us(r.period_at), r.period_key, r.actor, r.owner, r.journal_gen, ap.us(r.until),
        ap.us(r.created_at), ap.us(r.started_at), ap.us(r.finished_at), r.error, r.items,
        r.sources, r.sources_failed, r.report, r.sha256, r.bytes, ap.us(r.seen_at), r.after_run)
$$;

CREATE OR REPLACE FUNCTION ap.row_of(r ap.schedule_templates, workspace bigint) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_array(r.id, workspace, r.name, r.schedule_type,
        ap.json_text(r.schedule_config), ap.json_text(r.categories_override),
        ap.json_text(r.regions_override), r.cadence_override, r.notes, r.rev, r.created_by,
        ap.us(r.created_at), ap.us(r.updated_at), ap.us(r.deleted_at))
$$;

CREATE OR REPLACE FUNCTION ap.row_of(r ap.engines) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_array(r.id, r.journal_gen, r.host, r.pid, r.version, ap.us(r.first_seen),
        ap.us(r.last_seen))
$$;

CREATE OR REPLACE FUNCTION ap.row_of(r ap.events) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_array(r.seq, ap.us(r.at), r.kind, r.level, r.job, r.group_no, r.term_no,
        r.send, r.actor, r.text, r.n1, r.n2, r.schedule, r.run)
$$;

CREATE OR REPLACE FUNCTION ap.row_of(r ap.audit_log) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_array(r.seq, ap.us(r.at), r.actor, r.action, r.target, r.detail,
        encode(r.hash, 'hex'))
$$;

CREATE OR REPLACE FUNCTION ap.row_of(r ap.deliveries, workspace bigint) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_array(r.seq, r.id, r.run, workspace, r.kind, r.target, r.about, r.upto,
        r.text, r.state, r.attempt, ap.us(r.not_before), r.owner, r.journal_gen, ap.us(r.until),
        ap.us(r.created_at), ap.us(r.finished_at), r.code, r.answer)
$$;

CREATE OR REPLACE FUNCTION ap.row_of(r ap.keeping) RETURNS json
LANGUAGE sql STABLE AS $$ SELECT json_build_array(r.relation, ap.us(r.before)) $$;
