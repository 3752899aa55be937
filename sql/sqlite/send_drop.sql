-- $seq, $state (suppressed, cancelled), $reason, $now
UPDATE sends SET state = $state, reason = $reason, retry_at = NULL, decided_at = $now
WHERE seq = $seq
