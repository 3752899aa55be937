-- $c0 ... $c18: a row as the shared record has it, in the order of the columns.
INSERT INTO deliveries (seq, id, run, workspace, kind, target, about, upto, text, state, attempt,
    not_before, owner, journal_gen, until, created_at, finished_at, code, answer)
VALUES ($c0, $c1, $c2, $c3, $c4, $c5, $c6, $c7, $c8, $c9, $c10, $c11, $c12, $c13, $c14, $c15,
    $c16, $c17, $c18)
ON CONFLICT (seq) DO UPDATE SET state = excluded.state, attempt = excluded.attempt,
    not_before = excluded.not_before, owner = excluded.owner,
    journal_gen = excluded.journal_gen, until = excluded.until,
    finished_at = excluded.finished_at, code = excluded.code, answer = excluded.answer
