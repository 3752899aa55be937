-- $since, $max. Engines that were seen since then or hold something, the last seen first, with the
-- reports that each is making.
SELECT e.id, e.host, e.version, e.pid, e.journal_gen, e.first_seen, e.last_seen,
       coalesce(r.n, 0), coalesce(r.until, 0)
FROM engines e
LEFT JOIN (SELECT owner, count(*) AS n, max(until) AS until FROM newsletter_runs
           WHERE status = 'running' GROUP BY owner) r ON r.owner = e.id
WHERE e.last_seen >= $since OR r.n > 0 OR e.id IN (SELECT engine FROM job_leases)
ORDER BY e.last_seen DESC, e.id
LIMIT $max
