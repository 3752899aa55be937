-- $id, $type, $config, $categories, $regions, $cadence, $notes, $now
UPDATE schedule_templates
SET schedule_type = $type, schedule_config = $config, categories_override = $categories,
    regions_override = $regions, cadence_override = $cadence, notes = $notes, rev = rev + 1,
    updated_at = $now
WHERE id = $id
