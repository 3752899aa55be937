-- $schedule, $seen, $specification (NULL: its first). The schedule, as long as nobody else has dealt with its slot and
-- it still has the specification.
SELECT s.workspace, s.schedule_name, p.id, p.name
FROM autopilot_schedules s
JOIN newsletter_specifications p ON p.id = coalesce($specification, s.specification_id)
WHERE s.id = $schedule AND s.next_run_at = $seen AND s.deleted_at IS NULL AND s.enabled = 1
  AND (s.status = 'active' OR s.status = 'paused')
  AND ($specification IS NULL OR s.specification_id = $specification
       OR EXISTS (SELECT 1 FROM schedule_specifications x
                  WHERE x.schedule = s.id AND x.specification_id = $specification))
