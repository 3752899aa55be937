-- Templates with how many groups of living jobs use each. $workspace: name, NULL = all.
SELECT w.name, t.name, t.subject, t.text, t.html, t.version,
       (SELECT count(*)
        FROM search_groups g
        JOIN automation_jobs j ON j.id = g.job
        WHERE j.workspace = t.workspace AND j.deleted_at IS NULL AND g.removed = 0
          AND g.template = t.name)
FROM email_templates t
JOIN workspaces w ON w.id = t.workspace
WHERE w.deleted_at IS NULL AND ($workspace IS NULL OR w.name = $workspace)
ORDER BY w.name, t.name
