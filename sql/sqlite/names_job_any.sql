-- $workspace (NULL: in any), $name. A job of this name that is or was there: its ledger stays.
SELECT 1
FROM automation_jobs j
JOIN workspaces w ON w.id = j.workspace
WHERE j.name = $name AND ($workspace IS NULL OR w.name = $workspace)
LIMIT 1
