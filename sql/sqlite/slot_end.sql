-- $schedule, $seen, $now. What follows another has come to its end date.
UPDATE autopilot_schedules SET status = 'cancelled', paused_until = NULL, updated_at = $now
WHERE id = $schedule AND next_run_at = $seen
