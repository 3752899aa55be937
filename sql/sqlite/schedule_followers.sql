-- $id. Schedules that follow its success: how many, and one of them.
SELECT count(*), min(schedule_name) FROM autopilot_schedules INDEXED BY autopilot_schedules_after
WHERE after_id = $id AND after_id IS NOT NULL AND deleted_at IS NULL
