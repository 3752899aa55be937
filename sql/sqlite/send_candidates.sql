-- $job, $mode, $term, $now, $max. Letters that may be claimed, with what is written from, in the
-- order of queueing.
SELECT s.seq, s.id, s.attempt, s.address, l.name,
       CASE WHEN o.company <> '' THEN o.company ELSE l.company END, o.title, o.language, o.url,
       s.lead, s.state, s.queued_at
FROM sends s
JOIN leads l ON l.id = s.lead
JOIN lead_sources o ON o.id = s.source
WHERE s.job = $job AND s.mode = $mode AND s.term_no = $term
  AND (s.state = 'queued' OR s.state = 'deferred')
  AND (s.state = 'queued' OR s.retry_at <= $now)
ORDER BY s.seq
LIMIT $max
