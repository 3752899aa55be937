-- $seq, $now
UPDATE newsletter_runs SET status = 'cancelled', finished_at = $now, until = NULL WHERE seq = $seq
