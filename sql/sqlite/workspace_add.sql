-- $name, $now. One that was deleted is the same again, with its leads and suppressions.
INSERT INTO workspaces (name, created_at) VALUES ($name, $now)
ON CONFLICT (name) DO UPDATE SET deleted_at = NULL
RETURNING id
