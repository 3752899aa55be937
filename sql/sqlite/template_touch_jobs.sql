-- $workspace, $name. Jobs that write with this template have another definition now.
UPDATE automation_jobs SET rev = rev + 1
WHERE workspace = $workspace AND deleted_at IS NULL AND EXISTS
    (SELECT 1 FROM search_groups g
     WHERE g.job = automation_jobs.id AND g.removed = 0 AND g.template = $name)
