-- $schedule
DELETE FROM schedule_specifications WHERE schedule = $schedule
