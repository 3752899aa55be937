-- $id, $after, $specification, $workspace, $actor, $name, $type, $config, $categories, $regions, $cadence,
-- $enabled, $next, $notes, $now
INSERT INTO autopilot_schedules (id, specification_id, workspace, created_by, schedule_name,
    schedule_type, schedule_config, categories_override, regions_override, cadence_override,
    enabled, next_run_at, notes, created_at, updated_at, after_id)
VALUES ($id, $specification, $workspace, $actor, $name, $type, $config, $categories, $regions,
    $cadence, $enabled, $next, $notes, $now, $now, $after)
