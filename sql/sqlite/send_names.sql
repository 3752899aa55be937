-- $seq. For sentences about a letter.
SELECT w.name, j.name, s.address
FROM sends s
JOIN automation_jobs j ON j.id = s.job
JOIN workspaces w ON w.id = j.workspace
WHERE s.seq = $seq
