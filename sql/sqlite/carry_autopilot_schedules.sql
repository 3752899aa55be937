-- A row as an object whose names are the columns of the shared record, in the order they were made.
SELECT json_object('id', hex(id), 'specification_id', hex(specification_id),
    'workspace_id', workspace, 'created_by', created_by, 'schedule_name', schedule_name,
    'schedule_type', schedule_type, 'schedule_config', json(schedule_config),
    'categories_override', json(categories_override),
    'regions_override', json(regions_override), 'cadence_override', cadence_override,
    'enabled', enabled, 'status', status, 'last_run_at', last_run_at,
    'last_run_status', last_run_status, 'last_run_error', last_run_error,
    'next_run_at', next_run_at, 'run_count', run_count, 'success_count', success_count,
    'failure_count', failure_count, 'notes', notes, 'last_scheduled_for', last_scheduled_for,
    'skip_count', skip_count, 'overlap_skipped', overlap_skipped, 'missed_count', missed_count,
    'slot_count', slot_count, 'paused_until', paused_until, 'paused_note', paused_note,
    'overdue_since', overdue_since, 'rev', rev, 'created_at', created_at,
    'updated_at', updated_at, 'deleted_at', deleted_at,
    'after_id', iif(after_id IS NULL, NULL, hex(after_id)))
FROM autopilot_schedules ORDER BY rowid
