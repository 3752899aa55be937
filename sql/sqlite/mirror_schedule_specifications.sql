-- $c0 ... $c2: a row as the shared record has it, in the order of the columns.
INSERT INTO schedule_specifications (schedule, place, specification_id)
VALUES ($c0, $c1, $c2)
ON CONFLICT (schedule, place) DO UPDATE SET specification_id = excluded.specification_id
