-- $job, $mode, $cycle
UPDATE search_terms AS t
SET counted = c.counted, queued = c.queued, deferred = c.deferred
FROM (SELECT term_no,
             sum(cycle = $cycle AND state IN
                 ('claimed', 'committing', 'sent', 'simulated', 'in_doubt')) AS counted,
             sum(state = 'queued') AS queued, sum(state = 'deferred') AS deferred
      FROM sends WHERE job = $job AND mode = $mode GROUP BY term_no) AS c
WHERE t.job = $job AND t.term_no = c.term_no
