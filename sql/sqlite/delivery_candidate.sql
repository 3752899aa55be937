-- $engine, $gen, $now. What waits longest, or whose engine is dead.
SELECT d.seq, d.id, d.run, d.kind, d.target, d.attempt, d.state = 'going', d.about,
       CASE WHEN d.run IS NULL THEN d.text
            ELSE coalesce(nullif(p.definition ->> '$.title', ''), p.name) END,
       w.name, coalesce(s.schedule_name, ''), coalesce(p.name, ''), coalesce(r.trigger, ''),
       r.scheduled_for, coalesce(r.period_at, d.created_at), coalesce(r.items, 0),
       coalesce(r.sources, 0), coalesce(r.sources_failed, 0), coalesce(r.report, ''),
       coalesce(r.sha256, ''), d.created_at, r.autopilot_schedule_id
FROM (SELECT o.seq FROM deliveries o INDEXED BY deliveries_open
      WHERE (o.state = 'waiting' OR o.state = 'going')
        AND ((o.state = 'waiting' AND o.not_before <= $now)
             OR (o.state = 'going'
                 AND (o.until <= $now OR (o.owner = $engine AND o.journal_gen < $gen))))
      ORDER BY o.not_before, o.seq
      LIMIT 1) c
JOIN deliveries d ON d.seq = c.seq
JOIN workspaces w ON w.id = d.workspace
LEFT JOIN newsletter_runs r ON r.id = d.run
LEFT JOIN newsletter_specifications p ON p.id = r.specification_id
LEFT JOIN autopilot_schedules s ON s.id = r.autopilot_schedule_id
