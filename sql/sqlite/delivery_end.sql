-- $seq, $attempt, $state, $not_before, $code, $answer, $now. No row: it is another's by now.
UPDATE deliveries
SET state = $state, not_before = $not_before, code = $code, answer = $answer, until = NULL,
    finished_at = CASE WHEN $state = 'waiting' THEN NULL ELSE $now END
WHERE seq = $seq AND attempt = $attempt AND state = 'going'
