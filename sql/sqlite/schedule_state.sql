-- $id, $status, $note, $until, $next, $now
UPDATE autopilot_schedules
SET status = $status, paused_note = $note, paused_until = $until, next_run_at = $next,
    last_run_error = CASE WHEN $status = 'active' THEN NULL ELSE last_run_error END,
    updated_at = $now
WHERE id = $id
