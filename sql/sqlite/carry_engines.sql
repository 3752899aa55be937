-- A row as an object whose names are the columns of the shared record, in the order of its key.
SELECT json_object('id', hex(id), 'journal_gen', journal_gen, 'host', host, 'pid', pid,
    'version', version, 'first_seen', first_seen, 'last_seen', last_seen)
FROM engines ORDER BY id
