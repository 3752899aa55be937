-- $id. What is known of a letter that the authority has not acknowledged.
SELECT state, code, reason, sha256, retry_at, n, attempt FROM letters
WHERE id = $id AND done_at IS NULL
