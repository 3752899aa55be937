-- $job, $engine. The first letter that another engine had in its hands when this one took the job.
SELECT id
FROM sends
WHERE job = $job AND (state = 'claimed' OR state = 'committing') AND owner <> $engine
ORDER BY seq
LIMIT 1
