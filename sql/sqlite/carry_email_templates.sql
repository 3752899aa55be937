-- A row as an object whose names are the columns of the shared record, in the order of its key.
SELECT json_object('workspace_id', workspace, 'name', name, 'version', version,
    'subject', subject, 'text', text, 'html', html, 'updated_at', updated_at)
FROM email_templates ORDER BY workspace, name
