-- $job, $cycle, $now
UPDATE automation_process_state
SET cycle = $cycle, cycle_ended = 0, draws = 0, group_no = NULL, term_no = NULL, rest_until = NULL,
    wait_until = NULL, started_at = $now, saved_at = $now
WHERE job = $job
