-- $workspace (NULL: any), $name. Jobs of this name.
SELECT j.id, w.name
FROM automation_jobs j
JOIN workspaces w ON w.id = j.workspace
WHERE j.name = $name AND j.deleted_at IS NULL AND ($workspace IS NULL OR w.name = $workspace)
ORDER BY w.name
