-- $at, $seq, $since, $run, $level, $max. Of events of one run: those before the key, newest first.
SELECT e.at, e.seq, e.level, e.kind, '', '', '', '', coalesce(e.actor, ''), coalesce(e.text, ''),
       e.send, e.n1, e.n2
FROM events e INDEXED BY events_schedule
WHERE e.schedule = (SELECT autopilot_schedule_id FROM newsletter_runs WHERE id = $run)
  AND e.run = $run AND (e.at, e.seq) < ($at, $seq) AND e.at >= $since AND e.level <= $level
ORDER BY e.at DESC, e.seq DESC
LIMIT $max
