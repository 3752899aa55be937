-- $seq, $engine, $gen, $until, $now
UPDATE newsletter_runs
SET status = 'running', attempt = attempt + 1, owner = $engine, journal_gen = $gen, until = $until,
    started_at = $now, error = ''
WHERE seq = $seq
