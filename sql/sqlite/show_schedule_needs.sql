-- $workspace (NULL: all), $overdue, $max. Schedules that need somebody: in error first (0), then
-- those that should have run before $overdue (1), then failed runs that nobody has seen (2).
SELECT what, name, text, at FROM (
    SELECT 0 AS what, s.schedule_name AS name, coalesce(s.last_run_error, '') AS text,
           s.next_run_at AS at, w.name AS workspace
    FROM autopilot_schedules s JOIN workspaces w ON w.id = s.workspace
    WHERE s.status = 'error' AND s.enabled = 1 AND s.deleted_at IS NULL
    UNION ALL
    SELECT 1, s.schedule_name, '', s.next_run_at, w.name
    FROM autopilot_schedules s JOIN workspaces w ON w.id = s.workspace
    WHERE s.status = 'active' AND s.enabled = 1 AND s.deleted_at IS NULL
      AND s.next_run_at <= $overdue
    UNION ALL
    SELECT 2, coalesce(s.schedule_name, p.name), r.error,
           coalesce(r.finished_at, r.created_at), w.name
    FROM newsletter_runs r INDEXED BY newsletter_runs_failed
    JOIN newsletter_specifications p ON p.id = r.specification_id
    JOIN workspaces w ON w.id = r.workspace
    LEFT JOIN autopilot_schedules s ON s.id = r.autopilot_schedule_id
    WHERE r.status = 'failed' AND r.seen_at IS NULL)
WHERE $workspace IS NULL OR workspace = $workspace
ORDER BY what, at DESC
LIMIT $max
