-- $workspace (its number), $name
SELECT id, active, frequency, definition, rev FROM newsletter_specifications
WHERE workspace = $workspace AND name = $name AND deleted_at IS NULL
