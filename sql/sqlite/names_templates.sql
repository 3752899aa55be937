-- $workspace. Names of its templates, to find what was meant.
SELECT e.name
FROM email_templates e
JOIN workspaces w ON w.id = e.workspace
WHERE w.deleted_at IS NULL AND ($workspace IS NULL OR w.name = $workspace)
