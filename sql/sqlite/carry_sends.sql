-- A row as an object whose names are the columns of the shared record, in the order of its key.
SELECT json_object('seq', seq, 'id', hex(id), 'job', hex(job), 'mode', mode, 'lead', lead,
    'source', source, 'address', address, 'site', site, 'group_no', group_no, 'term_no', term_no,
    'cycle', cycle, 'state', state, 'attempt', attempt,
    'owner', iif(owner IS NULL, NULL, hex(owner)), 'epoch', epoch, 'queued_at', queued_at,
    'claimed_at', claimed_at, 'decided_at', decided_at, 'retry_at', retry_at, 'code', code,
    'reason', reason, 'sha256', sha256, 'heard', heard)
FROM sends ORDER BY seq
