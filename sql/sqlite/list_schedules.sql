-- $workspace (NULL: all), $name (NULL: all). What comes up next stands first.
SELECT s.id, w.name, s.schedule_name, p.name, s.schedule_type, s.schedule_config,
       s.categories_override, s.regions_override, coalesce(s.cadence_override, ''), s.enabled,
       s.status, s.next_run_at, s.last_run_at, coalesce(s.last_run_status, ''),
       coalesce(s.last_run_error, ''), s.run_count, s.success_count, s.failure_count, s.skip_count,
       s.overlap_skipped, s.missed_count, s.slot_count, s.paused_until, s.paused_note, s.notes,
       s.created_by, s.created_at, s.rev, p.frequency,
       p.active = 1 AND p.deleted_at IS NULL,
       (SELECT max(r.period_at) FROM newsletter_runs r
        WHERE r.specification_id = s.specification_id AND r.status = 'success'
          AND r.trigger <> 'test'),
       (SELECT count(*) FROM newsletter_runs r INDEXED BY newsletter_runs_busy
        WHERE (r.status = 'queued' OR r.status = 'running') AND r.specification_id = s.specification_id
          AND r.autopilot_schedule_id = s.id)
       + (SELECT count(*) FROM schedule_specifications x
          JOIN newsletter_runs r INDEXED BY newsletter_runs_busy
            ON r.specification_id = x.specification_id
          WHERE x.schedule = s.id AND (r.status = 'queued' OR r.status = 'running')
            AND r.autopilot_schedule_id = s.id),
       (SELECT group_concat(n.name, char(10))
        FROM (SELECT f.name FROM schedule_specifications x
              JOIN newsletter_specifications f ON f.id = x.specification_id
              WHERE x.schedule = s.id ORDER BY x.place) n),
       (SELECT a.schedule_name FROM autopilot_schedules a WHERE a.id = s.after_id)
FROM autopilot_schedules s
JOIN newsletter_specifications p ON p.id = s.specification_id
JOIN workspaces w ON w.id = s.workspace
WHERE s.deleted_at IS NULL AND ($workspace IS NULL OR w.name = $workspace)
  AND ($name IS NULL OR s.schedule_name = $name)
ORDER BY s.enabled DESC, s.next_run_at, s.schedule_name
