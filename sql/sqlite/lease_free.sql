-- $engine, $job, $now. As lease_candidate, for one job: a row when nobody else holds it.
SELECT 1
FROM job_leases l
WHERE l.job = $job
  AND (l.engine IS NULL OR l.until <= $now
       OR (l.engine = $engine AND l.journal_gen <
           (SELECT e.journal_gen FROM engines e WHERE e.id = $engine)))
