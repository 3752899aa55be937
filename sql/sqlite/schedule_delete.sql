-- $id, $now
UPDATE autopilot_schedules SET deleted_at = $now, enabled = 0, updated_at = $now WHERE id = $id
