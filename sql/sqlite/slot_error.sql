-- $schedule, $seen, $reason, $now. next_run_at is left alone: a person must look at it.
UPDATE autopilot_schedules
SET status = 'error', last_run_error = $reason, updated_at = $now
WHERE id = $schedule AND next_run_at = $seen AND status = 'active'
