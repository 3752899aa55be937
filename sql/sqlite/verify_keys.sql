-- Every letter with what its name is made from.
SELECT id, mode, job, address FROM sends ORDER BY seq
