-- A row as an object whose names are the columns of the shared record, in the order of its key.
SELECT json_object('job', hex(job), 'term_no', term_no, 'group_no', group_no, 'place', place,
    'text', text, 'removed', removed, 'state', state, 'counted', counted, 'target', target,
    'queued', queued, 'deferred', deferred, 'failures', failures, 'first', first,
    'variation', variation, 'result', result, 'address', address, 'ended', ended)
FROM search_terms ORDER BY job, term_no
