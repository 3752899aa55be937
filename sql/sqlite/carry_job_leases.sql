-- A row as an object whose names are the columns of the shared record, in the order of its key.
SELECT json_object('job', hex(job), 'engine', iif(engine IS NULL, NULL, hex(engine)),
    'journal_gen', journal_gen, 'manual', manual, 'epoch', epoch, 'until', until,
    'released_at', released_at)
FROM job_leases ORDER BY job
