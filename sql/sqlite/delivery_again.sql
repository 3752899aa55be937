-- $seq, $now
UPDATE deliveries
SET state = 'waiting', not_before = $now, attempt = 0, finished_at = NULL, until = NULL
WHERE seq = $seq
