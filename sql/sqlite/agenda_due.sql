-- $now, $max. Schedules whose instant has come, or whose pause is over, oldest first: a row for each
-- of their specifications, at most $max rows. A backfill holds no slot up: what comes up now goes
-- before it.
WITH d AS MATERIALIZED (
  SELECT id, next_run_at AS at
  FROM autopilot_schedules INDEXED BY idx_autopilot_schedules_next_run
  WHERE enabled = 1 AND status = 'active' AND deleted_at IS NULL AND next_run_at <= $now
  UNION ALL
  SELECT id, paused_until FROM autopilot_schedules INDEXED BY autopilot_schedules_paused
  WHERE status = 'paused' AND paused_until IS NOT NULL AND paused_until <= $now
    AND deleted_at IS NULL AND enabled = 1
  ORDER BY 2 LIMIT $max)
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
       q.place, s.after_id IS NOT NULL
FROM (SELECT d.id, d.at, 0 AS place, f.specification_id AS spec
      FROM d JOIN autopilot_schedules f ON f.id = d.id
      UNION ALL
      SELECT d.id, d.at, x.place, x.specification_id
      FROM d JOIN schedule_specifications x ON x.schedule = d.id) q
JOIN autopilot_schedules s ON s.id = q.id
JOIN newsletter_specifications p ON p.id = q.spec
ORDER BY q.at, s.rowid, q.place
LIMIT $max
