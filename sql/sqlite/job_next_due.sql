-- $mode, $now. When the first waiting job may be taken again; NULL when none waits.
SELECT min(max(coalesce(p.wait_until, 0), coalesce(p.rest_until, 0)))
FROM automation_jobs j
JOIN automation_process_state p ON p.job = j.id
WHERE j.status = 'running' AND j.desired = 'run' AND j.mode = $mode AND j.deleted_at IS NULL
  AND (p.wait_until > $now OR p.rest_until > $now)
