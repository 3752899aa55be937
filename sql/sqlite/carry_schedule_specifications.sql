-- A row as an object whose names are the columns of the shared record, in the order of its key.
SELECT json_object('schedule', hex(schedule), 'place', place,
    'specification_id', hex(specification_id))
FROM schedule_specifications ORDER BY schedule, place
