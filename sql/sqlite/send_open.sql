-- $engine, $job (NULL: of all jobs), $max. What the engine has in its hands, and what a takeover
-- put
-- in doubt without its word.
SELECT id, job, mode, state
FROM sends
WHERE (state = 'claimed' OR state = 'committing' OR state = 'in_doubt')
  AND owner = $engine AND ($job IS NULL OR job = $job)
  AND (state <> 'in_doubt' OR decided_at IS NULL)
ORDER BY seq
LIMIT $max
