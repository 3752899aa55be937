-- $c0 ... $c3: a row as the shared record has it, in the order of the columns.
INSERT INTO term_variations (job, term_no, k, text)
VALUES ($c0, $c1, $c2, $c3)
ON CONFLICT (job, term_no, k) DO UPDATE SET text = excluded.text
