-- $job, $now
UPDATE automation_process_state
SET cycle_ended = 1, ended_at = $now, error = NULL, saved_at = $now
WHERE job = $job
