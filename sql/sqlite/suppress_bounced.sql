-- $seq, $reason, $actor, $now. The address of a letter that came back is on its workspace's list.
INSERT INTO suppressions (workspace, subject, reason, actor, at)
SELECT j.workspace, s.address, $reason, $actor, $now
FROM sends s
JOIN automation_jobs j ON j.id = s.job
WHERE s.seq = $seq
ON CONFLICT DO NOTHING
