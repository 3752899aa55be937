-- Ledger rows without exactly one line that tells of the lead (as far back as lines are kept).
SELECT count(*), coalesce(min(address), '')
FROM (SELECT s.address
      FROM sends s
      LEFT JOIN events e ON e.send = s.seq AND e.kind = 'lead'
      WHERE s.queued_at >= coalesce((SELECT before FROM keeping WHERE relation = 'events'), 0)
      GROUP BY s.seq
      HAVING count(e.seq) <> 1)
