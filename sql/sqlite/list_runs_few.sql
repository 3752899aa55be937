-- $workspace, $failed, $max as list_runs; $schedule (a name) and $run, of which one at least is given:
-- found by an index, not among all runs. The newest stands first.
SELECT r.id, w.name, coalesce(s.schedule_name, ''), p.name, r.trigger, r.scheduled_for, r.status,
       r.attempt, r.error, r.report, r.sha256, r.bytes, r.items, r.sources, r.sources_failed,
       r.created_at, r.started_at, r.finished_at, coalesce(r.period_key, ''), coalesce(r.actor, ''),
       r.seen_at, r.not_before
FROM (SELECT seq FROM newsletter_runs WHERE id = $run
      UNION
      SELECT o.seq FROM autopilot_schedules n
      JOIN newsletter_runs o ON o.autopilot_schedule_id = n.id
      WHERE n.schedule_name = $schedule AND $run IS NULL) few
JOIN newsletter_runs r ON r.seq = few.seq
JOIN newsletter_specifications p ON p.id = r.specification_id
JOIN workspaces w ON w.id = r.workspace
LEFT JOIN autopilot_schedules s ON s.id = r.autopilot_schedule_id
WHERE ($workspace IS NULL OR w.name = $workspace)
  AND ($schedule IS NULL OR s.schedule_name = $schedule)
  AND ($failed = 0 OR (r.status = 'failed' AND r.seen_at IS NULL))
ORDER BY r.seq DESC
LIMIT $max
