-- $run, $attempt, $until
UPDATE newsletter_runs SET until = $until
WHERE id = $run AND attempt = $attempt AND status = 'running'
