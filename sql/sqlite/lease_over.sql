-- $job, $engine. Asked before $engine takes the job: "HOST (pid N) from HOST (pid N)" when another
-- engine's lease ran out on it; no row when nobody held it, or the same one.
SELECT coalesce(n.host || ' (pid ' || n.pid || ')', 'another engine') || ' from ' ||
       coalesce(o.host || ' (pid ' || o.pid || ')', 'another engine')
FROM job_leases l
LEFT JOIN engines o ON o.id = l.engine
LEFT JOIN engines n ON n.id = $engine
WHERE l.job = $job AND l.engine <> $engine
