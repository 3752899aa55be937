-- $job (NULL: of all jobs). Letters by state; `current` tells whether they are of the job's mode.
SELECT c.job, c.state, c.mode = j.mode AS current, c.n
FROM send_counts c
JOIN automation_jobs j ON j.id = c.job
WHERE j.deleted_at IS NULL AND ($job IS NULL OR j.id = $job)
