-- $run. What there is to know before it changes.
SELECT r.seq, r.status, r.attempt, r.trigger, r.autopilot_schedule_id, r.specification_id,
       coalesce(s.schedule_name, ''), p.name, r.sha256, w.name,
       r.workspace, coalesce(s.created_by, ''), coalesce(r.actor, '')
FROM newsletter_runs r
JOIN newsletter_specifications p ON p.id = r.specification_id
JOIN workspaces w ON w.id = r.workspace
LEFT JOIN autopilot_schedules s ON s.id = r.autopilot_schedule_id
WHERE r.id = $run
