-- Letters whose acceptance is told twice.
SELECT count(*), coalesce(min(send), '')
FROM (SELECT send
      FROM events
      WHERE kind IN ('sent', 'simulated')
      GROUP BY send
      HAVING count(*) > 1)
