-- A row as an object whose names are the columns of the shared record, in the order of its key.
SELECT json_object('relation', relation, 'before', before) FROM keeping ORDER BY relation
