-- A row as an object whose names are the columns of the shared record, in the order of its key.
SELECT json_object('no', id, 'name', name, 'created_at', created_at, 'deleted_at', deleted_at)
FROM workspaces ORDER BY id
