-- $c0 ...: the key of a row that is gone.
DELETE FROM email_templates WHERE workspace = $c0 AND name = $c1
