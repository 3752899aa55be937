-- $id, $workspace (its number), $name, $type, $config, $categories, $regions, $cadence, $notes,
-- $actor, $now
INSERT INTO schedule_templates (id, workspace, name, schedule_type, schedule_config,
    categories_override, regions_override, cadence_override, notes, created_by, created_at,
    updated_at)
VALUES ($id, $workspace, $name, $type, $config, $categories, $regions, $cadence, $notes, $actor,
    $now, $now)
