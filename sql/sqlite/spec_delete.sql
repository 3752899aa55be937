-- $id, $now
UPDATE newsletter_specifications SET deleted_at = $now, active = 0, updated_at = $now WHERE id = $id
