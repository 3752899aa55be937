-- $c0 ... $c27: a row as the shared record has it, in the order of the columns.
INSERT INTO newsletter_runs (seq, id, workspace, specification_id, autopilot_schedule_id,
    trigger, scheduled_for, status, attempt, not_before, period_at, period_key, actor, owner,
    journal_gen, until, created_at, started_at, finished_at, error, items, sources,
    sources_failed, report, sha256, bytes, seen_at, after_run)
VALUES ($c0, $c1, $c2, $c3, $c4, $c5, $c6, $c7, $c8, $c9, $c10, $c11, $c12, $c13, $c14, $c15,
    $c16, $c17, $c18, $c19, $c20, $c21, $c22, $c23, $c24, $c25, $c26, $c27)
ON CONFLICT (seq) DO UPDATE SET id = excluded.id, workspace = excluded.workspace,
    specification_id = excluded.specification_id,
    autopilot_schedule_id = excluded.autopilot_schedule_id, trigger = excluded.trigger,
    scheduled_for = excluded.scheduled_for, status = excluded.status,
    attempt = excluded.attempt, not_before = excluded.not_before,
    period_at = excluded.period_at, period_key = excluded.period_key, actor = excluded.actor,
    owner = excluded.owner, journal_gen = excluded.journal_gen, until = excluded.until,
    created_at = excluded.created_at, started_at = excluded.started_at,
    finished_at = excluded.finished_at, error = excluded.error, items = excluded.items,
    sources = excluded.sources, sources_failed = excluded.sources_failed,
    report = excluded.report, sha256 = excluded.sha256, bytes = excluded.bytes,
    seen_at = excluded.seen_at, after_run = excluded.after_run
