-- $run, $now. What its schedule wants brought of a report that was made. A test is nobody's news;
-- a report of the past is not mailed.
INSERT INTO deliveries (id, run, workspace, kind, target, not_before, created_at)
SELECT randomblob(16), r.id, r.workspace, t.kind, t.target, $now, $now
FROM newsletter_runs r
JOIN autopilot_schedules s ON s.id = r.autopilot_schedule_id
JOIN (SELECT 'webhook' AS kind, x.id AS schedule, x.schedule_config ->> '$.webhook' AS target
      FROM autopilot_schedules x
      UNION ALL
      SELECT 'mail', x.id, m.value
      FROM autopilot_schedules x, json_each(x.schedule_config, '$.mail_to') m) t
    ON t.schedule = s.id
WHERE r.id = $run AND r.trigger <> 'test' AND NOT (t.kind = 'mail' AND r.trigger = 'backfill')
  AND t.target <> ''
ON CONFLICT DO NOTHING
