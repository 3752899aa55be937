-- $schedule, $seen, $slot, $next, $ended, $ran, $skipped, $overlapped, $missed, $now. Moves the
-- schedule on.
UPDATE autopilot_schedules
SET next_run_at = $next, last_scheduled_for = max(coalesce(last_scheduled_for, $slot), $slot),
    status = CASE WHEN $ended THEN 'cancelled' ELSE 'active' END, paused_until = NULL,
    slot_count = slot_count + $ran, skip_count = skip_count + $skipped,
    overlap_skipped = overlap_skipped + $overlapped, missed_count = missed_count + $missed,
    last_run_status = CASE WHEN $ran THEN last_run_status ELSE 'skipped' END, updated_at = $now
WHERE id = $schedule AND next_run_at = $seen
