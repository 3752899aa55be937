-- $id, $after, $specification, $type, $config, $categories, $regions, $cadence, $enabled, $next, $notes,
-- $now. An ended schedule begins again with its new timing.
UPDATE autopilot_schedules
SET specification_id = $specification, after_id = $after, schedule_type = $type, schedule_config = $config,
    categories_override = $categories, regions_override = $regions, cadence_override = $cadence,
    enabled = $enabled, next_run_at = $next, notes = $notes, rev = rev + 1, updated_at = $now,
    status = CASE status WHEN 'cancelled' THEN 'active' ELSE status END
WHERE id = $id
