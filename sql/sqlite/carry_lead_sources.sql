-- A row as an object whose names are the columns of the shared record, in the order of its key.
SELECT json_object('id', id, 'lead', lead, 'job', hex(job), 'group_no', group_no,
    'term_no', term_no, 'url', url, 'title', title, 'company', company, 'language', language,
    'found_at', found_at)
FROM lead_sources ORDER BY id
