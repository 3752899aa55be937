-- $workspace (NULL: all). Names of schedules, to find what was meant.
SELECT s.schedule_name
FROM autopilot_schedules s
JOIN workspaces w ON w.id = s.workspace
WHERE s.deleted_at IS NULL AND ($workspace IS NULL OR w.name = $workspace)
