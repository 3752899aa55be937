-- $after, $now, $max. Active schedules whose instant is to come, by id, with their first
-- specification; columns as in agenda_due.
SELECT s.id, s.specification_id, s.schedule_name, s.schedule_type, s.schedule_config,
       s.cadence_override, s.status, s.next_run_at, s.last_scheduled_for, s.created_at,
       s.slot_count, p.active = 1 AND p.deleted_at IS NULL, p.name, p.frequency, NULL, 0, 0, 0,
       s.after_id IS NOT NULL
FROM autopilot_schedules s
JOIN newsletter_specifications p ON p.id = s.specification_id
WHERE s.id > $after AND s.enabled = 1 AND s.status = 'active' AND s.deleted_at IS NULL
  AND s.next_run_at > $now
ORDER BY s.id LIMIT $max
