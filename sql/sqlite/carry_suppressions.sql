-- A row as an object whose names are the columns of the shared record, in the order of its key.
SELECT json_object('workspace_id', workspace, 'subject', subject, 'reason', reason,
    'actor', actor, 'at', at)
FROM suppressions ORDER BY workspace, subject
