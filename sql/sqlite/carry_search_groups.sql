-- A row as an object whose names are the columns of the shared record, in the order of its key.
SELECT json_object('job', hex(job), 'group_no', group_no, 'place', place, 'name', name,
    'template', template, 'removed', removed, 'state', state, 'counted', counted, 'pass', pass,
    'draw_no', draw_no, 'leads', leads)
FROM search_groups ORDER BY job, group_no
