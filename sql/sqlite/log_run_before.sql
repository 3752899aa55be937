-- $at, $seq, $since, $run, $level, $max. Of events of one run: those before the key, newest first.
-- Only the time from its making to its end (or to when its failure was seen) is looked through.
SELECT e.at, e.seq, e.level, e.kind, '', '', '', '', coalesce(e.actor, ''), coalesce(e.text, ''),
       e.send, e.n1, e.n2
FROM newsletter_runs r
CROSS JOIN events e INDEXED BY events_schedule
WHERE r.id = $run AND e.schedule = r.autopilot_schedule_id AND e.run = $run
  AND e.at BETWEEN r.created_at AND
      max(coalesce(r.finished_at, 9223372036854775807), coalesce(r.seen_at, 0))
  AND (e.at, e.seq) < ($at, $seq) AND e.at >= $since AND e.level <= $level
ORDER BY e.at DESC, e.seq DESC
LIMIT $max
