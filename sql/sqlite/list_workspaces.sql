-- Workspaces with the number of their jobs.
SELECT w.name,
       (SELECT count(*) FROM automation_jobs j WHERE j.workspace = w.id AND j.deleted_at IS NULL),
       w.created_at
FROM workspaces w
WHERE w.deleted_at IS NULL
ORDER BY w.name
