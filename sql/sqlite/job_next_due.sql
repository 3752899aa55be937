-- $mode, $now. When the first waiting job may be taken again, and when the first lease runs out;
-- NULL when none does.
SELECT min(CASE WHEN j.desired = 'run' AND (p.wait_until > $now OR p.rest_until > $now)
               THEN max(coalesce(p.wait_until, 0), coalesce(p.rest_until, 0)) END),
    min(CASE WHEN l.engine IS NOT NULL AND l.until > $now THEN l.until END)
FROM automation_jobs j
JOIN automation_process_state p ON p.job = j.id
JOIN job_leases l ON l.job = j.id
WHERE j.status = 'running' AND j.mode = $mode AND j.deleted_at IS NULL
