-- $after, $max. What this machine knows of letters that went out, or may have.
SELECT n, id, coalesce(state, 'in_doubt') FROM letters
WHERE n > $after
  AND ((state IS NULL AND attempt > 0) OR state IN ('sent', 'simulated', 'rejected', 'in_doubt'))
ORDER BY n
LIMIT $max
