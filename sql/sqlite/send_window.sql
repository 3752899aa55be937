-- $mode, $since. Letters claimed since then that hold a place, and the oldest of them.
SELECT count(*), min(claimed_at)
FROM sends
WHERE mode = $mode AND claimed_at > $since
  AND state IN ('claimed', 'committing', 'sent', 'simulated', 'in_doubt')
