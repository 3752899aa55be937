-- $now, $max. Schedules whose instant has come, or whose pause is over, oldest first.
-- A backfill holds no slot up: what comes up now goes before it.
SELECT s.id, s.specification_id, s.schedule_name, s.schedule_type, s.schedule_config,
       s.cadence_override, s.status, s.next_run_at, s.last_scheduled_for, s.created_at,
       s.slot_count, p.active = 1 AND p.deleted_at IS NULL, p.name, p.frequency,
       (SELECT max(r.period_at) FROM newsletter_runs r
        WHERE r.specification_id = s.specification_id AND r.status = 'success'
          AND r.trigger <> 'test'),
       (SELECT count(*) FROM newsletter_runs r INDEXED BY newsletter_runs_busy
        WHERE (r.status = 'queued' OR r.status = 'running')
          AND r.specification_id = s.specification_id AND r.trigger <> 'backfill'),
       (SELECT count(*) FROM newsletter_runs r INDEXED BY newsletter_runs_busy
        WHERE (r.status = 'queued' OR r.status = 'running') AND r.status = 'queued'
          AND r.specification_id = s.specification_id AND r.trigger <> 'backfill')
FROM (SELECT id, next_run_at AS at
      FROM autopilot_schedules INDEXED BY idx_autopilot_schedules_next_run
      WHERE enabled = 1 AND status = 'active' AND deleted_at IS NULL AND next_run_at <= $now
      UNION ALL
      SELECT id, paused_until FROM autopilot_schedules INDEXED BY autopilot_schedules_paused
      WHERE status = 'paused' AND paused_until IS NOT NULL AND paused_until <= $now
        AND deleted_at IS NULL AND enabled = 1
      ORDER BY 2 LIMIT $max) d
JOIN autopilot_schedules s ON s.id = d.id
JOIN newsletter_specifications p ON p.id = s.specification_id
ORDER BY d.at, s.rowid
