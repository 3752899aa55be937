-- $engine, $mode, $now. The job that waits longest and may be taken. A lease that has not
-- run out is in the way, another lane's of this engine too, unless an earlier start of this engine
-- took it: the lock on its data directory proves that one dead.
SELECT j.id, j.rowid
FROM automation_jobs j
JOIN automation_process_state p ON p.job = j.id
JOIN job_leases l ON l.job = j.id
WHERE j.status = 'running' AND j.desired = 'run' AND j.mode = $mode AND j.deleted_at IS NULL
  AND (p.wait_until IS NULL OR p.wait_until <= $now)
  AND (p.rest_until IS NULL OR p.rest_until <= $now)
  AND (l.engine IS NULL OR l.until <= $now
       OR (l.engine = $engine AND l.journal_gen <
           (SELECT e.journal_gen FROM engines e WHERE e.id = $engine)))
ORDER BY l.released_at, j.rowid
LIMIT 1
