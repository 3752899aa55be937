-- $schedule, $slot, $specification. What the slot has.
SELECT id, status FROM newsletter_runs
WHERE autopilot_schedule_id = $schedule AND scheduled_for = $slot
  AND specification_id = $specification
