-- $id. Schedules that use it: how many, and one of them.
SELECT count(*), min(s.schedule_name) FROM autopilot_schedules s
WHERE s.deleted_at IS NULL
  AND (s.specification_id = $id
       OR s.id IN (SELECT x.schedule FROM schedule_specifications x WHERE x.specification_id = $id))
