-- $max. Jobs in the hands of engines.
SELECT l.engine, w.name, j.name, l.until, l.epoch, l.manual
FROM job_leases l
JOIN automation_jobs j ON j.id = l.job
JOIN workspaces w ON w.id = j.workspace
WHERE l.engine IS NOT NULL AND j.deleted_at IS NULL
ORDER BY w.name, j.name
LIMIT $max
