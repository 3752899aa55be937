-- Ledger rows without exactly one line that tells of the lead.
SELECT count(*), coalesce(min(address), '')
FROM (SELECT s.address
      FROM sends s
      LEFT JOIN events e ON e.send = s.seq AND e.kind = 'lead'
      GROUP BY s.seq
      HAVING count(e.seq) <> 1)
