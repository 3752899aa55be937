-- Schedules that follow one that is gone or of another workspace, follow themselves in the end, or
-- follow one and have times besides.
WITH RECURSIVE chain (id, at, n) AS (
  SELECT id, after_id, 1 FROM autopilot_schedules WHERE after_id IS NOT NULL
  UNION
  SELECT c.id, a.after_id, c.n + 1 FROM chain c JOIN autopilot_schedules a ON a.id = c.at
  WHERE a.after_id IS NOT NULL AND c.at <> c.id AND c.n < 1000)
SELECT count(*), coalesce(min(name), '')
FROM (SELECT s.schedule_name AS name
      FROM autopilot_schedules s
      LEFT JOIN autopilot_schedules a ON a.id = s.after_id
      WHERE s.deleted_at IS NULL
        AND ((s.schedule_type = 'after') <> (s.after_id IS NOT NULL)
             OR (s.after_id IS NOT NULL
                 AND (a.id IS NULL OR a.deleted_at IS NOT NULL OR a.workspace <> s.workspace)))
      UNION
      SELECT s.schedule_name FROM chain c JOIN autopilot_schedules s ON s.id = c.id
      WHERE c.at = c.id)
