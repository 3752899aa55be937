-- $id. The schedule, the one it follows, the one that this follows, and so on.
WITH RECURSIVE chain (id, after, n) AS (
  SELECT id, after_id, 0 FROM autopilot_schedules WHERE id = $id
  UNION ALL
  SELECT a.id, a.after_id, n + 1 FROM chain JOIN autopilot_schedules a ON a.id = chain.after
  WHERE n < 1000)
SELECT s.id, s.schedule_name FROM chain JOIN autopilot_schedules s ON s.id = chain.id ORDER BY n
