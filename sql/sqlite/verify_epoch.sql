-- Ledger rows claimed under an epoch that their job has not reached.
SELECT count(*), coalesce(min(s.address), '')
FROM sends s
JOIN job_leases l ON l.job = s.job
WHERE s.epoch > l.epoch
