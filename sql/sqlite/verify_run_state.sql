-- Runs that are made by nobody, or that ended at no instant.
SELECT count(*), coalesce(min(hex(id)), '')
FROM newsletter_runs
WHERE (status = 'running' AND (owner IS NULL OR until IS NULL OR started_at IS NULL))
   OR (status IN ('success', 'failed', 'skipped', 'cancelled') AND finished_at IS NULL)
   OR (status IN ('queued', 'running') AND finished_at IS NOT NULL)
