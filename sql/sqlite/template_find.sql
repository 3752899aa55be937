-- $workspace, $name
SELECT version, subject, text, html FROM email_templates
WHERE workspace = $workspace AND name = $name
