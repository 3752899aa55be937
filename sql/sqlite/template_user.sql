-- $workspace, $name. A job that writes with this template.
SELECT j.name
FROM automation_jobs j
JOIN search_groups g ON g.job = j.id AND g.removed = 0 AND g.template = $name
WHERE j.workspace = $workspace AND j.deleted_at IS NULL
LIMIT 1
