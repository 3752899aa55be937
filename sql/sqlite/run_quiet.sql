-- $schedule, $now. Its run found nothing new and made no report.
UPDATE autopilot_schedules
SET last_run_at = $now, last_run_status = 'skipped', last_run_error = NULL, updated_at = $now
WHERE id = $schedule
