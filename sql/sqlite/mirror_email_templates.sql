-- $c0 ... $c6: a row as the shared record has it, in the order of the columns.
INSERT INTO email_templates (workspace, name, version, subject, text, html, updated_at)
VALUES ($c0, $c1, $c2, $c3, $c4, $c5, $c6)
ON CONFLICT (workspace, name) DO UPDATE SET version = excluded.version,
    subject = excluded.subject, text = excluded.text, html = excluded.html,
    updated_at = excluded.updated_at
