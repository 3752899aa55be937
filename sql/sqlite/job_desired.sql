-- $job
SELECT j.desired, j.rev, l.manual
FROM automation_jobs j
JOIN job_leases l ON l.job = j.id
WHERE j.id = $job AND j.deleted_at IS NULL
