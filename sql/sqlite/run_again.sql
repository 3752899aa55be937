-- $seq, $not_before, $error. It waits for its next attempt.
UPDATE newsletter_runs SET status = 'queued', not_before = $not_before, error = $error, until = NULL
WHERE seq = $seq
