-- Names of workspaces, to find what was meant.
SELECT name FROM workspaces WHERE deleted_at IS NULL
