-- $schedule, $slot, $specification. Has the slot its row?
SELECT 1 FROM newsletter_runs
WHERE autopilot_schedule_id = $schedule AND scheduled_for = $slot
  AND specification_id = $specification
