-- $run, $past, $now, $max. A report was made: the schedules that follow its schedule, as agenda_due
-- has them, of those past a row number, and what their slot is about: the slot of the run, else the
-- instant of its period. A test is no success.
SELECT s.id, p.id, s.schedule_name, s.schedule_type, s.schedule_config,
       s.cadence_override, s.status, s.next_run_at, s.last_scheduled_for, s.created_at,
       s.slot_count, p.active = 1 AND p.deleted_at IS NULL, p.name, p.frequency,
       (SELECT max(r.period_at) FROM newsletter_runs r
        WHERE r.specification_id = p.id AND r.status = 'success' AND r.trigger <> 'test'),
       (SELECT count(*) FROM newsletter_runs r INDEXED BY newsletter_runs_busy
        WHERE (r.status = 'queued' OR r.status = 'running')
          AND r.specification_id = p.id AND r.trigger <> 'backfill'),
       (SELECT count(*) FROM newsletter_runs r INDEXED BY newsletter_runs_busy
        WHERE (r.status = 'queued' OR r.status = 'running') AND r.status = 'queued'
          AND r.specification_id = p.id AND r.trigger <> 'backfill'),
       q.place, s.after_id IS NOT NULL, q.slot, q.filled, s.rowid
FROM (SELECT f.id, 0 AS place, f.specification_id AS spec,
             coalesce(r.scheduled_for, r.period_at) AS slot, r.trigger = 'backfill' AS filled
      FROM newsletter_runs r
      JOIN autopilot_schedules f INDEXED BY autopilot_schedules_after
        ON f.after_id = r.autopilot_schedule_id
      WHERE r.id = $run AND r.trigger <> 'test' AND f.after_id IS NOT NULL
        AND f.deleted_at IS NULL
      UNION ALL
      SELECT f.id, x.place, x.specification_id, coalesce(r.scheduled_for, r.period_at),
             r.trigger = 'backfill'
      FROM newsletter_runs r
      JOIN autopilot_schedules f INDEXED BY autopilot_schedules_after
        ON f.after_id = r.autopilot_schedule_id
      JOIN schedule_specifications x ON x.schedule = f.id
      WHERE r.id = $run AND r.trigger <> 'test' AND f.after_id IS NOT NULL
        AND f.deleted_at IS NULL) q
JOIN autopilot_schedules s ON s.id = q.id
JOIN newsletter_specifications p ON p.id = q.spec
WHERE s.enabled = 1 AND s.status = 'active' AND s.next_run_at > $now AND s.rowid > $past
  AND NOT EXISTS (SELECT 1 FROM newsletter_runs o
                  WHERE o.autopilot_schedule_id = s.id AND o.scheduled_for = q.slot
                    AND o.specification_id = p.id)
ORDER BY s.rowid, q.place
LIMIT $max
