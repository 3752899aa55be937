-- $c0 ... $c6: a row as the shared record has it, in the order of the columns.
INSERT INTO audit_log (seq, at, actor, action, target, detail, hash)
VALUES ($c0, $c1, $c2, $c3, $c4, $c5, $c6)
ON CONFLICT (seq) DO NOTHING
