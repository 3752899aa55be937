-- $workspace, $name, $subject, $text, $html, $now
INSERT INTO email_templates (workspace, name, version, subject, text, html, updated_at)
VALUES ($workspace, $name, 1, $subject, $text, $html, $now)
ON CONFLICT DO UPDATE SET version = version + 1, subject = excluded.subject, text = excluded.text,
    html = excluded.html, updated_at = excluded.updated_at
RETURNING version
