-- $schedule, $slot, $run. Whose success the slot is.
UPDATE newsletter_runs SET after_run = $run
WHERE autopilot_schedule_id = $schedule AND scheduled_for = $slot AND after_run IS NULL
