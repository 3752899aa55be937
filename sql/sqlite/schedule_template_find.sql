-- $workspace (its number), $name
SELECT id, schedule_type, schedule_config, categories_override, regions_override, cadence_override,
       notes, rev, created_by
FROM schedule_templates
WHERE workspace = $workspace AND name = $name AND deleted_at IS NULL
