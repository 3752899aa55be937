-- $run, $attempt, $engine, $gen. It was taken and not begun: it waits as before, the attempt is not
-- used up.
UPDATE newsletter_runs SET status = 'queued', attempt = attempt - 1, started_at = NULL, until = NULL
WHERE id = $run AND attempt = $attempt AND status = 'running' AND owner = $engine
  AND journal_gen = $gen
