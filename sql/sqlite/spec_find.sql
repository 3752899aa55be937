-- $workspace (its number), $name
SELECT id, active, frequency, definition, rev, created_by FROM newsletter_specifications
WHERE workspace = $workspace AND name = $name AND deleted_at IS NULL
