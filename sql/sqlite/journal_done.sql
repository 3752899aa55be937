-- $n, $attempt, $now. The authority has the verdict of this attempt; another lane may have begun the
-- next one meanwhile, which is not meant.
UPDATE letters SET done_at = $now WHERE n = $n AND attempt = $attempt AND done_at IS NULL
