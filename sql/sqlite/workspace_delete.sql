-- $workspace, $now
UPDATE workspaces SET deleted_at = $now WHERE id = $workspace
