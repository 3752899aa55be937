-- $workspace (NULL: all), $name (NULL: all)
SELECT w.name, p.name, p.active, p.frequency, p.definition, p.rev, p.created_by, p.updated_at,
       (SELECT count(*) FROM autopilot_schedules s
        WHERE s.specification_id = p.id AND s.deleted_at IS NULL),
       (SELECT max(r.period_at) FROM newsletter_runs r
        WHERE r.specification_id = p.id AND r.status = 'success' AND r.trigger <> 'test')
FROM newsletter_specifications p
JOIN workspaces w ON w.id = p.workspace
WHERE p.deleted_at IS NULL AND ($workspace IS NULL OR w.name = $workspace)
  AND ($name IS NULL OR p.name = $name)
ORDER BY w.name, p.name
