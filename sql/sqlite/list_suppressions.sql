-- The suppression list. $workspace: name, NULL = all.
SELECT w.name, s.subject, s.reason, s.actor, s.at
FROM suppressions s
JOIN workspaces w ON w.id = s.workspace
WHERE $workspace IS NULL OR w.name = $workspace
ORDER BY w.name, s.subject
