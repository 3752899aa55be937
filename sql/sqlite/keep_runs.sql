-- $before, $max. Runs that are over since before that, oldest first, but for the newest success of a
-- specification and what another run follows.
SELECT r.id
FROM newsletter_runs r
WHERE r.created_at < $before AND r.status NOT IN ('queued', 'running')
  AND coalesce(r.scheduled_for, r.created_at) < $before
  AND coalesce(r.finished_at, r.created_at) < $before
  AND NOT EXISTS (SELECT 1 FROM newsletter_runs f WHERE f.after_run = r.id)
  AND (r.status <> 'success' OR r.trigger = 'test' OR EXISTS (
         SELECT 1 FROM newsletter_runs n
         WHERE n.specification_id = r.specification_id AND n.status = 'success'
           AND n.trigger <> 'test' AND (n.period_at, n.seq) > (r.period_at, r.seq)))
ORDER BY r.created_at
LIMIT $max
