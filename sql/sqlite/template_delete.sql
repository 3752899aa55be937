-- $workspace, $name
DELETE FROM email_templates WHERE workspace = $workspace AND name = $name
