-- $job, $status, $now. The job comes to rest in this state (or fails, or completes).
UPDATE automation_jobs
SET status = $status, desired = CASE WHEN $status = 'paused' THEN 'pause' ELSE 'stop' END,
    updated_at = $now
WHERE id = $job
RETURNING total_emails_sent
