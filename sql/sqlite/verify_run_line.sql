-- Runs that ended without exactly one line that tells of it.
SELECT count(*), coalesce(min(hex(id)), '')
FROM (SELECT r.id
      FROM newsletter_runs r
      LEFT JOIN (SELECT run, kind FROM events
                 WHERE kind IN ('run_success', 'run_failed')) AS e ON e.run = r.id
      WHERE r.status IN ('success', 'failed')
      GROUP BY r.id
      HAVING count(e.kind) <> 1 OR min(e.kind) <> 'run_' || r.status)
