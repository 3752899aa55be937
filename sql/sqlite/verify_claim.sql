-- Rows in hand that nobody owns, or decided ones without the instant.
SELECT count(*), coalesce(min(address), '')
FROM sends
WHERE (state IN ('claimed', 'committing') AND (owner IS NULL OR claimed_at IS NULL))
   OR (state IN ('sent', 'simulated', 'rejected') AND decided_at IS NULL)
   OR (state = 'deferred' AND retry_at IS NULL)
   OR (state IN ('sent', 'simulated') AND sha256 = '' AND attempt = 0)
