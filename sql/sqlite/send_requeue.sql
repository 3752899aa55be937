-- $seq, $state, $reason, $now. The operator's word about a letter that is in doubt or held.
UPDATE sends
SET state = $state, reason = $reason, retry_at = NULL,
    queued_at = CASE WHEN $state = 'queued' THEN $now ELSE queued_at END,
    decided_at = CASE WHEN $state = 'queued' THEN NULL ELSE $now END
WHERE seq = $seq
