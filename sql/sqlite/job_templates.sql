-- $job. Templates its groups use, in the order of first use.
SELECT e.name, e.subject, e.text, e.html
FROM email_templates e
JOIN automation_jobs j ON j.workspace = e.workspace
JOIN search_groups g ON g.job = j.id AND g.template = e.name AND g.removed = 0
WHERE j.id = $job
GROUP BY e.name ORDER BY min(g.place)
