-- A row as an object whose names are the columns of the shared record, in the order of its key.
SELECT json_object('job', hex(job), 'span', span, 'tick', tick, 'n', n)
FROM send_rates ORDER BY job, span, tick
