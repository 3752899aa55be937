-- $workspace (NULL: all), $max. Schedules that come up next, the soonest first;
-- those that follow another have no instant.
SELECT s.id, s.schedule_name, p.name, s.next_run_at
FROM autopilot_schedules s INDEXED BY idx_autopilot_schedules_next_run
JOIN newsletter_specifications p ON p.id = s.specification_id
JOIN workspaces w ON w.id = s.workspace
WHERE s.enabled = 1 AND s.status = 'active' AND s.deleted_at IS NULL
  AND s.after_id IS NULL
  AND ($workspace IS NULL OR w.name = $workspace)
ORDER BY s.next_run_at
LIMIT $max
