-- $mode. When the first letter was claimed that holds a place.
SELECT claimed_at
FROM sends
WHERE mode = $mode AND claimed_at IS NOT NULL
  AND state IN ('claimed', 'committing', 'sent', 'simulated', 'in_doubt')
ORDER BY claimed_at
LIMIT 1
