-- $job, $group. The texts of the group's template.
SELECT e.name, e.subject, e.text, e.html
FROM search_groups g
JOIN automation_jobs j ON j.id = g.job
JOIN email_templates e ON e.workspace = j.workspace AND e.name = g.template
WHERE g.job = $job AND g.group_no = $group
