-- $job, $actor, $now. A rest or wait under way is over: the operator wants it to go.
UPDATE automation_process_state
SET started_at = $now, started_by = $actor, error = NULL, wait_until = NULL,
    rest_until = min(rest_until, $now)
WHERE job = $job
