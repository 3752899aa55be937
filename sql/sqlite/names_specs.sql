-- $workspace (NULL: all). Names of specifications, to find what was meant.
SELECT p.name
FROM newsletter_specifications p
JOIN workspaces w ON w.id = p.workspace
WHERE p.deleted_at IS NULL AND ($workspace IS NULL OR w.name = $workspace)
