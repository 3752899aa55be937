-- $c0 ... $c13: a row as the shared record has it, in the order of the columns.
INSERT INTO events (seq, at, kind, level, job, group_no, term_no, send, actor, text, n1, n2,
    schedule, run)
VALUES ($c0, $c1, $c2, $c3, $c4, $c5, $c6, $c7, $c8, $c9, $c10, $c11, $c12, $c13)
ON CONFLICT (seq) DO NOTHING
