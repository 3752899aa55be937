-- $engine, $mode, $token, $now. The lease that this wish was given before, as long as it is live.
SELECT l.job, l.epoch
FROM job_leases l
JOIN automation_jobs j ON j.id = l.job
WHERE l.token = $token AND l.engine = $engine AND l.until > $now AND l.manual = 0
  AND l.journal_gen >= coalesce((SELECT journal_gen FROM engines WHERE id = $engine), 0)
  AND j.mode = $mode AND j.deleted_at IS NULL
