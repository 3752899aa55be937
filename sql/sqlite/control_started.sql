-- $job, $actor, $now. A rest or wait under way is over: the operator wants it to go. A cycle that is
-- under way began when it began, however often it was stopped since.
UPDATE automation_process_state
SET started_at = CASE WHEN cycle > 0 AND cycle_ended = 0 THEN coalesce(started_at, $now)
                      ELSE $now END,
    started_by = $actor, error = NULL, wait_until = NULL, rest_until = min(rest_until, $now)
WHERE job = $job
