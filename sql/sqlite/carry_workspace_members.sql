-- A row as an object whose names are the columns of the shared record, in the order of its key.
SELECT json_object('workspace_id', workspace, 'member', member, 'role', role,
    'added_at', added_at)
FROM workspace_members ORDER BY workspace, member
