-- $c0 ... $c18: a row as the shared record has it, in the order of the columns.
INSERT INTO automation_process_state (job, cycle, cycle_ended, draws, group_no, term_no,
    rest_until, wait_until, started_at, started_by, ended_at, error, duplicates, next_group_no,
    next_term_no, most_per_group, most_per_term, saved_at, confirmed_at)
VALUES ($c0, $c1, $c2, $c3, $c4, $c5, $c6, $c7, $c8, $c9, $c10, $c11, $c12, $c13, $c14, $c15,
    $c16, $c17, $c18)
ON CONFLICT (job) DO UPDATE SET cycle = excluded.cycle, cycle_ended = excluded.cycle_ended,
    draws = excluded.draws, group_no = excluded.group_no, term_no = excluded.term_no,
    rest_until = excluded.rest_until, wait_until = excluded.wait_until,
    started_at = excluded.started_at, started_by = excluded.started_by,
    ended_at = excluded.ended_at, error = excluded.error, duplicates = excluded.duplicates,
    next_group_no = excluded.next_group_no, next_term_no = excluded.next_term_no,
    most_per_group = excluded.most_per_group, most_per_term = excluded.most_per_term,
    saved_at = excluded.saved_at, confirmed_at = excluded.confirmed_at
