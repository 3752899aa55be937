-- A row as an object whose names are the columns of the shared record, in the order of its key.
SELECT json_object('specification_id', hex(specification_id), 'item', item, 'run', hex(run))
FROM report_items ORDER BY specification_id, item
