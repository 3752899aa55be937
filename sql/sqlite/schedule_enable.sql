-- $id, $enabled, $next, $now
UPDATE autopilot_schedules SET enabled = $enabled, next_run_at = $next, updated_at = $now
WHERE id = $id
