-- $job (16 zero bytes: all), $span, $tick, $n
INSERT INTO send_rates (job, span, tick, n) VALUES ($job, $span, $tick, $n)
ON CONFLICT DO UPDATE SET n = n + excluded.n
RETURNING n
