-- Letters that wait for an operator.
SELECT c.state, sum(c.n)
FROM send_counts c
JOIN automation_jobs j ON j.id = c.job
WHERE c.state IN ('in_doubt', 'held') AND j.deleted_at IS NULL
GROUP BY c.state
