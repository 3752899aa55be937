-- $seq, $now
UPDATE newsletter_runs SET seen_at = $now WHERE seq = $seq AND status = 'failed' AND seen_at IS NULL
