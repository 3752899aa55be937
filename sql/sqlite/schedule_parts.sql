-- $schedule. Its specifications, the first one first.
SELECT q.place, p.id, p.name, p.frequency, p.active = 1 AND p.deleted_at IS NULL,
       (SELECT max(r.period_at) FROM newsletter_runs r
        WHERE r.specification_id = p.id AND r.status = 'success' AND r.trigger <> 'test')
FROM (SELECT 0 AS place, specification_id AS spec FROM autopilot_schedules WHERE id = $schedule
      UNION ALL
      SELECT place, specification_id FROM schedule_specifications WHERE schedule = $schedule) q
JOIN newsletter_specifications p ON p.id = q.spec
ORDER BY q.place
