-- $workspace (NULL: of all)
SELECT w.name, m.member, m.role, m.added_at
FROM workspace_members m
JOIN workspaces w ON w.id = m.workspace
WHERE w.deleted_at IS NULL AND ($workspace IS NULL OR w.name = $workspace)
ORDER BY w.name, m.role = 'owner' DESC, m.member
