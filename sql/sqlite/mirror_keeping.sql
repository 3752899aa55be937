-- $c0, $c1: a row as the shared record has it, in the order of the columns.
INSERT INTO keeping (relation, before) VALUES ($c0, $c1)
ON CONFLICT (relation) DO UPDATE SET before = excluded.before
