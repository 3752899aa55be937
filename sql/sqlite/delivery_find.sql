-- $seq
SELECT d.state, d.kind, d.target, d.workspace, coalesce(s.created_by, ''),
       coalesce(s.schedule_name, d.about), r.autopilot_schedule_id, d.run
FROM deliveries d
LEFT JOIN newsletter_runs r ON r.id = d.run
LEFT JOIN autopilot_schedules s ON s.id = r.autopilot_schedule_id
WHERE d.seq = $seq
