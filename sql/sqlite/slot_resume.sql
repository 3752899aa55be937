-- $schedule, $seen, $next, $ended, $now. A pause is over: nothing of its time is caught up.
UPDATE autopilot_schedules
SET next_run_at = $next, status = CASE WHEN $ended THEN 'cancelled' ELSE 'active' END,
    paused_until = NULL, paused_note = '', updated_at = $now
WHERE id = $schedule AND next_run_at = $seen AND status = 'paused'
