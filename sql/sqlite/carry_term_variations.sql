-- A row as an object whose names are the columns of the shared record, in the order of its key.
SELECT json_object('job', hex(job), 'term_no', term_no, 'k', k, 'text', text)
FROM term_variations ORDER BY job, term_no, k
