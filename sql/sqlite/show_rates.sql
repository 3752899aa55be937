-- $job (NULL: of all jobs), $tick (the one that has begun, of 10 s), $part (of it, in thousandths,
-- that has passed). Letters that went out in the last 60 s; those of the last 300 s since the job
-- came to rest last, and the tick of the first of them (NULL none). Of the oldest span only the
-- part that still lies inside counts.
SELECT j.id,
       sum(CASE WHEN r.tick > $tick - 6 THEN r.n * 1000
                WHEN r.tick = $tick - 6 THEN r.n * (1000 - $part) ELSE 0 END) / 1000,
       sum(CASE WHEN r.tick <= coalesce(p.ended_at, 0) / 10000000 THEN 0
                WHEN r.tick > $tick - 30 THEN r.n * 1000 ELSE r.n * (1000 - $part) END) / 1000,
       min(CASE WHEN r.tick > coalesce(p.ended_at, 0) / 10000000 THEN r.tick END)
FROM automation_jobs j
JOIN automation_process_state p ON p.job = j.id
JOIN send_rates r ON r.job = j.id AND r.span = 10 AND r.tick >= $tick - 30
WHERE j.deleted_at IS NULL AND ($job IS NULL OR j.id = $job)
GROUP BY j.id
