-- $workspace, $name
SELECT j.id, j.workspace, j.status, j.desired, j.mode, j.rev, p.cycle, l.engine, l.until
FROM automation_jobs j
JOIN workspaces w ON w.id = j.workspace
JOIN automation_process_state p ON p.job = j.id
JOIN job_leases l ON l.job = j.id
WHERE w.name = $workspace AND j.name = $name AND j.deleted_at IS NULL
