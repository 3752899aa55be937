-- $engine, $gen, $now, $past, $max. The runs that wait longest, or whose lane is dead: backfills
-- ($past) or the others. Of one specification one report at a time is made: the next is to know
-- what it had. The index gives them in their order, so that no more are read than are wanted.
SELECT r.seq, r.id, r.specification_id, r.autopilot_schedule_id, r.attempt, r.trigger,
       r.scheduled_for, r.period_at, w.name, p.name, coalesce(s.schedule_name, ''), p.definition,
       s.categories_override, s.regions_override, coalesce(s.schedule_config, ''), r.status,
       (SELECT max(o.period_at) FROM newsletter_runs o
        WHERE o.specification_id = r.specification_id AND o.status = 'success'
          AND o.trigger <> 'test' AND o.seq <> r.seq)
FROM (SELECT n.seq FROM newsletter_runs n INDEXED BY newsletter_runs_open
      WHERE (n.status = 'queued' OR n.status = 'running') AND (n.trigger = 'backfill') = $past
        AND ((n.status = 'queued' AND n.not_before <= $now
              AND NOT EXISTS (SELECT 1 FROM newsletter_runs b INDEXED BY newsletter_runs_busy
                              WHERE (b.status = 'queued' OR b.status = 'running')
                                AND b.status = 'running'
                                AND b.specification_id = n.specification_id))
             OR (n.status = 'running'
                 AND (n.until <= $now OR (n.owner = $engine AND n.journal_gen < $gen))))
      ORDER BY n.not_before, n.seq
      LIMIT $max) c
JOIN newsletter_runs r ON r.seq = c.seq
JOIN newsletter_specifications p ON p.id = r.specification_id
JOIN workspaces w ON w.id = r.workspace
LEFT JOIN autopilot_schedules s ON s.id = r.autopilot_schedule_id
ORDER BY r.not_before, r.seq
