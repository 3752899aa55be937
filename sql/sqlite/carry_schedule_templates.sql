-- A row as an object whose names are the columns of the shared record, in the order of its key.
SELECT json_object('id', hex(id), 'workspace_id', workspace, 'name', name,
    'schedule_type', schedule_type, 'schedule_config', json(schedule_config),
    'categories_override', json(categories_override),
    'regions_override', json(regions_override), 'cadence_override', cadence_override,
    'notes', notes, 'rev', rev, 'created_by', created_by, 'created_at', created_at,
    'updated_at', updated_at, 'deleted_at', deleted_at)
FROM schedule_templates ORDER BY id
