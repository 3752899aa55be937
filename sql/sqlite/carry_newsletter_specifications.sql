-- A row as an object whose names are the columns of the shared record, in the order they were made.
SELECT json_object('id', hex(id), 'workspace_id', workspace, 'name', name, 'active', active,
    'frequency', frequency, 'definition', json(definition), 'rev', rev, 'created_by', created_by,
    'created_at', created_at, 'updated_at', updated_at, 'deleted_at', deleted_at)
FROM newsletter_specifications ORDER BY rowid
