-- $id, $now
UPDATE schedule_templates SET deleted_at = $now, updated_at = $now WHERE id = $id
