-- $workspace, $schedule (names, NULL: all), $run (NULL: all), $failed (1: unseen failures only),
-- $max. The newest stands first.
SELECT r.id, w.name, coalesce(s.schedule_name, ''), p.name, r.trigger, r.scheduled_for, r.status,
       r.attempt, r.error, r.report, r.sha256, r.bytes, r.items, r.sources, r.sources_failed,
       r.created_at, r.started_at, r.finished_at, coalesce(r.period_key, ''), coalesce(r.actor, ''),
       r.seen_at, r.not_before
FROM newsletter_runs r
JOIN newsletter_specifications p ON p.id = r.specification_id
JOIN workspaces w ON w.id = r.workspace
LEFT JOIN autopilot_schedules s ON s.id = r.autopilot_schedule_id
WHERE ($workspace IS NULL OR w.name = $workspace)
  AND ($schedule IS NULL OR s.schedule_name = $schedule) AND ($run IS NULL OR r.id = $run)
  AND ($failed = 0 OR (r.status = 'failed' AND r.seen_at IS NULL))
ORDER BY r.seq DESC
LIMIT $max
