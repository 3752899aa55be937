-- $schedule, $status, $error, $ok, $failed, $now. The schedule's own memory of its runs.
UPDATE autopilot_schedules
SET last_run_at = $now, last_run_status = $status, last_run_error = $error,
    run_count = run_count + 1, success_count = success_count + $ok,
    failure_count = failure_count + $failed, updated_at = $now
WHERE id = $schedule
