-- $id. A letter as a verdict finds it.
SELECT seq, job, mode, group_no, term_no, cycle, state, owner, decided_at FROM sends WHERE id = $id
