-- A row as an object whose names are the columns of the shared record, in the order of its key.
SELECT json_object('seq', seq, 'id', hex(id), 'run', iif(run IS NULL, NULL, hex(run)),
    'workspace_id', workspace, 'kind', kind, 'target', target, 'about', about, 'upto', upto,
    'text', text, 'state', state, 'attempt', attempt, 'not_before', not_before,
    'owner', iif(owner IS NULL, NULL, hex(owner)), 'journal_gen', journal_gen, 'until', until,
    'created_at', created_at, 'finished_at', finished_at, 'code', code, 'answer', answer)
FROM deliveries ORDER BY seq
