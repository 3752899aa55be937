-- $c0 ... $c4: a row as the shared record has it, in the order of the columns.
INSERT INTO suppressions (workspace, subject, reason, actor, at)
VALUES ($c0, $c1, $c2, $c3, $c4)
ON CONFLICT (workspace, subject) DO UPDATE SET reason = excluded.reason, actor = excluded.actor,
    at = excluded.at
