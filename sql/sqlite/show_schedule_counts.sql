-- $workspace (NULL: all), $overdue. The figures of the dashboard.
SELECT count(*) FILTER (WHERE s.enabled = 1 AND s.status = 'active'),
       count(*) FILTER (WHERE s.status = 'paused'), count(*) FILTER (WHERE s.status = 'error'),
       count(*) FILTER (WHERE s.enabled = 0),
       total(s.success_count), total(s.failure_count), total(s.skip_count),
       min(CASE WHEN s.enabled = 1 AND s.status = 'active' AND s.after_id IS NULL THEN s.next_run_at END),
       count(*) FILTER (WHERE s.enabled = 1 AND s.status = 'active' AND s.next_run_at <= $overdue),
       (SELECT count(*) FROM newsletter_runs r WHERE r.status = 'failed' AND r.seen_at IS NULL
          AND ($workspace IS NULL OR r.workspace = (SELECT id FROM workspaces WHERE name = $workspace))),
       (SELECT count(*) FROM newsletter_runs r WHERE r.status = 'running'),
       (SELECT count(*) FROM newsletter_runs r WHERE r.status = 'queued'),
       count(*)
FROM autopilot_schedules s
JOIN workspaces w ON w.id = s.workspace
WHERE s.deleted_at IS NULL AND ($workspace IS NULL OR w.name = $workspace)
