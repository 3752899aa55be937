-- Slots with more than one row of one specification.
SELECT count(*), coalesce(min(name), '')
FROM (SELECT min(s.schedule_name) AS name
      FROM newsletter_runs r
      JOIN autopilot_schedules s ON s.id = r.autopilot_schedule_id
      WHERE r.scheduled_for IS NOT NULL
      GROUP BY r.autopilot_schedule_id, r.scheduled_for, r.specification_id
      HAVING count(*) > 1)
