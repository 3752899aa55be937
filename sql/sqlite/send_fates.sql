-- $job, $max. What became of the job's last letters, newest first; being started or resumed is
-- among them. Letters that were put off without having been tried (n2) are not.
SELECT kind
FROM events
WHERE job = $job
  AND kind IN ('sent', 'simulated', 'rejected', 'deferred', 'in_doubt', 'job_start', 'job_resume')
  AND coalesce(n2, 0) = 0
ORDER BY at DESC, seq DESC
LIMIT $max
