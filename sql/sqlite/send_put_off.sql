-- $seq, $until, $code, $reason, $now
UPDATE sends
SET state = 'deferred', retry_at = $until, code = $code, reason = $reason,
    decided_at = coalesce(decided_at, $now)
WHERE seq = $seq
