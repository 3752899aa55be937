-- $workspace (its number), $name
SELECT s.id, s.specification_id, p.name, s.schedule_type, s.schedule_config, s.categories_override,
       s.regions_override, s.cadence_override, s.notes, s.enabled, s.status, s.next_run_at, s.rev,
       s.created_by, p.frequency,
       (SELECT group_concat(n.name, char(10))
        FROM (SELECT f.name FROM schedule_specifications x
              JOIN newsletter_specifications f ON f.id = x.specification_id
              WHERE x.schedule = s.id ORDER BY x.place) n),
       (SELECT a.schedule_name FROM autopilot_schedules a WHERE a.id = s.after_id)
FROM autopilot_schedules s
JOIN newsletter_specifications p ON p.id = s.specification_id
WHERE s.workspace = $workspace AND s.schedule_name = $name AND s.deleted_at IS NULL
