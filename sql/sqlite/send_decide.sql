-- $seq, $state, $code, $reason, $sha256, $retry_at, $decided_at (NULL: not decided)
UPDATE sends
SET state = $state, code = $code, reason = $reason, sha256 = $sha256, retry_at = $retry_at,
    decided_at = $decided_at
WHERE seq = $seq
