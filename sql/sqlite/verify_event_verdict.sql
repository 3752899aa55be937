-- Ledger rows at rest without the line of their state. (A settled one has the operator's line.)
SELECT count(*), coalesce(min(s.address), '')
FROM sends s
WHERE s.state IN ('sent', 'simulated', 'rejected', 'deferred', 'in_doubt', 'held', 'suppressed',
                  'cancelled')
  AND (s.seq, s.state) NOT IN (SELECT send, kind FROM events WHERE send IS NOT NULL)
  AND s.seq NOT IN (SELECT send FROM events WHERE kind = 'send_settled' AND send IS NOT NULL)
