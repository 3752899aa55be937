-- $job, $mode, $term, $now, $max, $hour, $most. As send_candidates, without what would make more
-- than $most letters of one domain claimed since $hour.
WITH busy AS (
  SELECT site, count(*) AS n
  FROM sends
  WHERE mode = $mode AND claimed_at > $hour
    AND state IN ('claimed', 'committing', 'sent', 'simulated', 'in_doubt')
  GROUP BY site),
waiting AS (
  SELECT *, row_number() OVER (PARTITION BY site ORDER BY seq) AS nth
  FROM sends
  WHERE job = $job AND mode = $mode AND term_no = $term
    AND (state = 'queued' OR state = 'deferred')
    AND (state = 'queued' OR retry_at <= $now))
SELECT s.seq, s.id, s.attempt, s.address, l.name,
       CASE WHEN o.company <> '' THEN o.company ELSE l.company END, o.title, o.language, o.url,
       s.lead, s.state, s.queued_at
FROM waiting s
LEFT JOIN busy b ON b.site = s.site
JOIN leads l ON l.id = s.lead
JOIN lead_sources o ON o.id = s.source
WHERE s.nth + coalesce(b.n, 0) <= $most
ORDER BY s.seq
LIMIT $max
