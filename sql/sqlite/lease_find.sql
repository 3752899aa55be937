-- $job. Who holds it, and what the operator wants of the job.
SELECT l.engine, l.epoch, l.until, l.manual, j.desired
FROM job_leases l
JOIN automation_jobs j ON j.id = l.job
WHERE l.job = $job AND j.deleted_at IS NULL
