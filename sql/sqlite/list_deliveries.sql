-- $workspace, $run, $state (NULL: all), $max. The newest stands first.
SELECT d.seq, d.run, w.name, coalesce(s.schedule_name, ''), d.kind, d.target, d.about, d.state,
       d.attempt, d.not_before, d.created_at, d.finished_at, d.code, d.answer
FROM deliveries d
JOIN workspaces w ON w.id = d.workspace
LEFT JOIN newsletter_runs r ON r.id = d.run
LEFT JOIN autopilot_schedules s ON s.id = r.autopilot_schedule_id
WHERE ($workspace IS NULL OR w.name = $workspace) AND ($run IS NULL OR d.run = $run)
  AND ($state IS NULL OR d.state = $state)
ORDER BY d.seq DESC
LIMIT $max
