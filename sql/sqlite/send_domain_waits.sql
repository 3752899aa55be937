-- $mode, $seq, $reason. What the letter's domain asked for since one to it was decided: until when
-- to wait, how long the longest wait was, its code. Letters that were put off for that are left out.
WITH answered AS (
  SELECT s.site, coalesce((SELECT o.claimed_at
                           FROM sends o
                           WHERE o.mode = $mode AND o.site = s.site AND o.claimed_at IS NOT NULL
                             AND o.state IN ('sent', 'simulated', 'rejected')
                           ORDER BY o.claimed_at DESC
                           LIMIT 1), 0) AS at
  FROM sends s WHERE s.seq = $seq)
SELECT max(d.retry_at), max(d.retry_at - d.claimed_at), max(d.code)
FROM answered a
JOIN sends d ON d.mode = $mode AND d.site = a.site AND d.state = 'deferred'
WHERE d.claimed_at > a.at AND d.reason <> $reason
