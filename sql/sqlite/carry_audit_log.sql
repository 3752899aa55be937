-- A row as an object whose names are the columns of the shared record, in the order of its key.
SELECT json_object('seq', seq, 'at', at, 'actor', actor, 'action', action, 'target', target,
    'detail', detail, 'hash', iif(hash IS NULL, NULL, hex(hash)))
FROM audit_log ORDER BY seq
