-- $c0 ... $c16: a row as the shared record has it, in the order of the columns.
INSERT INTO search_terms (job, term_no, group_no, place, text, removed, state, counted, target,
    queued, deferred, failures, first, variation, result, address, ended)
VALUES ($c0, $c1, $c2, $c3, $c4, $c5, $c6, $c7, $c8, $c9, $c10, $c11, $c12, $c13, $c14, $c15,
    $c16)
ON CONFLICT (job, term_no) DO UPDATE SET group_no = excluded.group_no, place = excluded.place,
    text = excluded.text, removed = excluded.removed, state = excluded.state,
    counted = excluded.counted, target = excluded.target, queued = excluded.queued,
    deferred = excluded.deferred, failures = excluded.failures, first = excluded.first,
    variation = excluded.variation, result = excluded.result, address = excluded.address,
    ended = excluded.ended
