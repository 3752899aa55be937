-- Schedules that name a specification twice, leave a place free, or have one of another workspace.
SELECT count(*), coalesce(min(name), '')
FROM (SELECT s.schedule_name AS name
      FROM schedule_specifications x
      JOIN autopilot_schedules s ON s.id = x.schedule
      LEFT JOIN newsletter_specifications p ON p.id = x.specification_id
      GROUP BY s.id
      HAVING max(x.place) <> count(*) OR min(x.place) <> 1
          OR count(DISTINCT x.specification_id) <> count(*)
          OR max(x.specification_id = s.specification_id) = 1
          OR max(p.workspace IS NULL OR p.workspace <> s.workspace) = 1)
