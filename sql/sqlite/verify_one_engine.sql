-- Leases under which two engines claimed letters.
SELECT count(*), coalesce(min(address), '')
FROM (SELECT min(address) AS address
      FROM sends
      WHERE epoch IS NOT NULL
      GROUP BY job, epoch
      HAVING count(DISTINCT owner) > 1)
