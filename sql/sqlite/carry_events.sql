-- A row as an object whose names are the columns of the shared record, in the order of its key.
SELECT json_object('seq', seq, 'at', at, 'kind', kind, 'level', level,
    'job', iif(job IS NULL, NULL, hex(job)), 'group_no', group_no, 'term_no', term_no,
    'send', send, 'actor', actor, 'text', text, 'n1', n1, 'n2', n2,
    'schedule', iif(schedule IS NULL, NULL, hex(schedule)),
    'run', iif(run IS NULL, NULL, hex(run)))
FROM events ORDER BY seq
