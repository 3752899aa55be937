-- $name. A deleted one too: it is the same when it is made again.
SELECT id, deleted_at FROM workspaces WHERE name = $name
