-- $schedule, $seen. The schedule, as long as nobody else has dealt with its slot.
SELECT workspace, specification_id, schedule_name FROM autopilot_schedules
WHERE id = $schedule AND next_run_at = $seen AND deleted_at IS NULL AND enabled = 1
  AND (status = 'active' OR status = 'paused')
