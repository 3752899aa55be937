-- Runs that ended without a line that tells of it, or with two. (What failed may have been made up
-- for later: then it has a line of each.)
SELECT count(*), coalesce(min(hex(id)), '')
FROM (SELECT r.id
      FROM newsletter_runs r
      LEFT JOIN (SELECT run, kind FROM events
                 WHERE kind IN ('run_success', 'run_failed')) AS e ON e.run = r.id
      WHERE r.status IN ('success', 'failed')
        AND r.finished_at >= coalesce((SELECT before FROM keeping WHERE relation = 'events'), 0)
      GROUP BY r.id
      HAVING coalesce(sum(e.kind = 'run_success'), 0) <> (r.status = 'success')
          OR (r.status = 'failed' AND count(e.kind) = 0)
          OR (r.trigger <> 'backfill' AND count(e.kind) > 1))
