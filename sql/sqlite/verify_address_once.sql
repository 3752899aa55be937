-- Rows of one job and mode with the same address.
SELECT count(*), coalesce(min(address), '')
FROM (SELECT address FROM sends GROUP BY job, mode, address HAVING count(*) > 1)
