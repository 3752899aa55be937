-- $id. Schedules that use it: how many, and one of them.
SELECT count(*), min(schedule_name) FROM autopilot_schedules
WHERE specification_id = $id AND deleted_at IS NULL
