-- A row as an object whose names are the columns of the shared record, in the order of its key.
SELECT json_object('job', hex(job), 'mode', mode, 'state', state, 'n', n)
FROM send_counts ORDER BY job, mode, state
