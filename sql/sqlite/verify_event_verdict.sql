-- Ledger rows at rest without the line of their state. (A settled one has the operator's line;
-- lines go when they are kept no longer.)
SELECT count(*), coalesce(min(s.address), '')
FROM sends s
WHERE coalesce(s.decided_at, s.queued_at) >= coalesce((SELECT before FROM keeping WHERE relation = 'events'), 0)
  AND s.state IN ('sent', 'simulated', 'rejected', 'deferred', 'in_doubt', 'held', 'suppressed',
                  'cancelled')
  AND (s.seq, s.state) NOT IN (SELECT send, kind FROM events WHERE send IS NOT NULL)
  AND s.seq NOT IN (SELECT send FROM events WHERE kind = 'send_settled' AND send IS NOT NULL)
