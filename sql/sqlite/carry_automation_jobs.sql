-- A row as an object whose names are the columns of the shared record, in the order of its key.
SELECT json_object('id', hex(id), 'workspace_id', workspace, 'name', name, 'status', status,
    'desired', desired, 'mode', mode, 'current_group', current_group,
    'current_position', current_position, 'total_emails_sent', total_emails_sent,
    'group_emails_sent', group_emails_sent, 'distribution_method', distribution_method,
    'loop_interval', loop_interval, 'max_emails_per_group', max_emails_per_group,
    'loop_automation', loop_automation, 'provider', provider, 'variations', variations,
    'seed', seed, 'recontact', recontact, 'one_lead_per_domain', one_lead_per_domain, 'rev', rev,
    'created_at', created_at, 'updated_at', updated_at, 'deleted_at', deleted_at)
FROM automation_jobs ORDER BY rowid
