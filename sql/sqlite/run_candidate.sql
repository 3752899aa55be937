-- $engine, $gen, $now. The run that waits longest, or one whose lane is dead. Of one specification
-- one report at a time is made: the next is to know what it had.
SELECT r.seq, r.id, r.specification_id, r.autopilot_schedule_id, r.attempt, r.trigger,
       r.scheduled_for, r.period_at, w.name, p.name, coalesce(s.schedule_name, ''), p.definition,
       s.categories_override, s.regions_override, coalesce(s.schedule_config, ''), r.status,
       (SELECT max(o.period_at) FROM newsletter_runs o
        WHERE o.specification_id = r.specification_id AND o.status = 'success'
          AND o.trigger <> 'test' AND o.seq <> r.seq)
FROM newsletter_runs r INDEXED BY newsletter_runs_open
JOIN newsletter_specifications p ON p.id = r.specification_id
JOIN workspaces w ON w.id = r.workspace
LEFT JOIN autopilot_schedules s ON s.id = r.autopilot_schedule_id
WHERE (r.status = 'queued' OR r.status = 'running')
  AND ((r.status = 'queued' AND r.not_before <= $now
        AND NOT EXISTS (SELECT 1 FROM newsletter_runs b INDEXED BY newsletter_runs_busy
                        WHERE (b.status = 'queued' OR b.status = 'running')
                          AND b.status = 'running' AND b.specification_id = r.specification_id))
       OR (r.status = 'running' AND (r.until <= $now OR (r.owner = $engine AND r.journal_gen < $gen))))
ORDER BY r.not_before, r.seq
LIMIT 1
