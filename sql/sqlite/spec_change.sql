-- $id, $active, $frequency, $definition, $now
UPDATE newsletter_specifications
SET active = $active, frequency = $frequency, definition = $definition, rev = rev + 1,
    updated_at = $now
WHERE id = $id
