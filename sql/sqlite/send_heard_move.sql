-- $seq, $state, $code, $reason, $now. What came back decides a letter that was in doubt.
UPDATE sends
SET state = $state, code = $code, reason = $reason, decided_at = $now
WHERE seq = $seq
