-- $specification, $period_key. Does a run that waits, is made or was made hold the period?
SELECT 1 FROM newsletter_runs INDEXED BY newsletter_runs_period
WHERE specification_id = $specification AND period_key = $period_key AND period_key IS NOT NULL
  AND (status = 'queued' OR status = 'running' OR status = 'success')
