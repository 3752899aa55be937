-- $job, $mode, $state, $n (to add, more than 0)
INSERT INTO send_counts (job, mode, state, n) VALUES ($job, $mode, $state, $n)
ON CONFLICT DO UPDATE SET n = n + excluded.n
