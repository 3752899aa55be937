-- $workspace (NULL: all). Names of jobs, to find what was meant.
SELECT j.name
FROM automation_jobs j
JOIN workspaces w ON w.id = j.workspace
WHERE j.deleted_at IS NULL AND ($workspace IS NULL OR w.name = $workspace)
