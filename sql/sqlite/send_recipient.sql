-- $id. Whom the ledger's row was written to, and in which workspace.
SELECT w.name, s.address
FROM sends s
JOIN leads l ON l.id = s.lead
JOIN workspaces w ON w.id = l.workspace
WHERE s.id = $id
