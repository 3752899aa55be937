-- $workspace, $subject, $reason, $actor, $now
INSERT INTO suppressions (workspace, subject, reason, actor, at)
VALUES ($workspace, $subject, $reason, $actor, $now)
ON CONFLICT DO NOTHING
