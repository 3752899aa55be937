-- $id, $now. About to take its last step; what an attempt before came to no longer counts.
INSERT INTO letters (id, attempt, intent_at) VALUES ($id, 1, $now)
ON CONFLICT (id) WHERE done_at IS NULL DO UPDATE SET attempt = attempt + 1,
    intent_at = excluded.intent_at, state = NULL, code = 0, reason = '', sha256 = '', retry_at = 0,
    verdict_at = NULL
