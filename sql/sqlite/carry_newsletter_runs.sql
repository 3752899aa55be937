-- A row as an object whose names are the columns of the shared record, in the order of its key.
SELECT json_object('seq', seq, 'id', hex(id), 'workspace_id', workspace,
    'specification_id', hex(specification_id),
    'autopilot_schedule_id', iif(autopilot_schedule_id IS NULL, NULL, hex(autopilot_schedule_id)),
    'trigger', trigger, 'scheduled_for', scheduled_for, 'status', status, 'attempt', attempt,
    'not_before', not_before, 'period_at', period_at, 'period_key', period_key, 'actor', actor,
    'owner', iif(owner IS NULL, NULL, hex(owner)), 'journal_gen', journal_gen, 'until', until,
    'created_at', created_at, 'started_at', started_at, 'finished_at', finished_at,
    'error', error, 'items', items, 'sources', sources, 'sources_failed', sources_failed,
    'report', report, 'sha256', sha256, 'bytes', bytes, 'seen_at', seen_at,
    'after_run', iif(after_run IS NULL, NULL, hex(after_run)))
FROM newsletter_runs ORDER BY seq
