-- $engine, $now. A job that shall come to rest and that nobody works: its engine died
-- between the operator's word and its own.
SELECT j.id, j.desired
FROM automation_jobs j
JOIN job_leases l ON l.job = j.id
WHERE j.status = 'running' AND j.desired <> 'run' AND j.deleted_at IS NULL
  AND (l.engine IS NULL OR l.until <= $now
       OR (l.engine = $engine AND l.journal_gen <
           (SELECT e.journal_gen FROM engines e WHERE e.id = $engine)))
LIMIT 1
