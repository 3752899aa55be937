-- $c0 ... $c3: a row as the shared record has it, in the order of the columns.
INSERT INTO send_counts (job, mode, state, n)
VALUES ($c0, $c1, $c2, $c3)
ON CONFLICT (job, mode, state) DO UPDATE SET n = excluded.n
