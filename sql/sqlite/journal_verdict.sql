-- $id, $state, $code, $reason, $sha256, $retry_at, $now. A letter that never came to its last step
-- (held, released) has no intent.
INSERT INTO letters (id, attempt, intent_at, state, code, reason, sha256, retry_at, verdict_at)
VALUES ($id, 0, $now, $state, $code, $reason, $sha256, $retry_at, $now)
ON CONFLICT (id) WHERE done_at IS NULL DO UPDATE SET state = excluded.state, code = excluded.code,
    reason = excluded.reason, sha256 = excluded.sha256, retry_at = excluded.retry_at,
    verdict_at = excluded.verdict_at
