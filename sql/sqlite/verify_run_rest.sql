-- Reports that are being made.
SELECT count(*), coalesce(min(hex(id)), '')
FROM newsletter_runs
WHERE status = 'running'
