-- A row as an object whose names are the columns of the shared record, in the order of its key.
SELECT json_object('id', id, 'workspace_id', workspace, 'address', address, 'shown', shown,
    'site', site, 'name', name, 'company', company, 'flags', flags,
    'job', iif(job IS NULL, NULL, hex(job)), 'group_no', group_no, 'term_no', term_no,
    'found_at', found_at)
FROM leads ORDER BY id
