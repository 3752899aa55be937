-- $id, $workspace, $name, $active, $frequency, $definition, $actor, $now
INSERT INTO newsletter_specifications (id, workspace, name, active, frequency, definition,
    created_by, created_at, updated_at)
VALUES ($id, $workspace, $name, $active, $frequency, $definition, $actor, $now, $now)
