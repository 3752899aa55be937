-- $job, $mode, $term, $now, $hour, $most. The oldest letter since $hour of those domains that have
-- $most, and for which a letter of the term waits.
SELECT min(b.first)
FROM (SELECT site, min(claimed_at) AS first
      FROM sends
      WHERE mode = $mode AND claimed_at > $hour
        AND state IN ('claimed', 'committing', 'sent', 'simulated', 'in_doubt')
      GROUP BY site HAVING count(*) >= $most) b
WHERE b.site IN (SELECT site FROM sends
                 WHERE job = $job AND mode = $mode AND term_no = $term
                   AND (state = 'queued' OR state = 'deferred')
                   AND (state = 'queued' OR retry_at <= $now))
