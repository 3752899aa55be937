-- $schedule, $seen, $next, $now. The zones' rules changed: the same schedule, another instant.
UPDATE autopilot_schedules SET next_run_at = $next, updated_at = $now
WHERE id = $schedule AND next_run_at = $seen AND status = 'active'
