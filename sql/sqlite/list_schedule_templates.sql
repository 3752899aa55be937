-- $workspace (NULL: all), $name (NULL: all), $max. Templates of schedules that operators made.
SELECT w.name, t.name, t.schedule_type, t.schedule_config, t.categories_override,
       t.regions_override, t.cadence_override, t.notes, t.created_by, t.rev, t.updated_at
FROM schedule_templates t JOIN workspaces w ON w.id = t.workspace
WHERE t.deleted_at IS NULL AND ($workspace IS NULL OR w.name = $workspace)
  AND ($name IS NULL OR t.name = $name)
ORDER BY w.name, t.name
LIMIT $max
