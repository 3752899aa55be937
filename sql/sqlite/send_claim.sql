-- $seq, $owner, $epoch, $cycle, $now
UPDATE sends
SET state = 'claimed', owner = $owner, epoch = $epoch, cycle = $cycle, attempt = attempt + 1,
    claimed_at = $now, decided_at = NULL, retry_at = NULL
WHERE seq = $seq
