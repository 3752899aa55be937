-- Letters that left a state that is final.
SELECT count(*), coalesce(min(s.address), '')
FROM events e
JOIN sends s ON s.seq = e.send
WHERE e.kind IN ('sent', 'simulated', 'rejected', 'suppressed', 'cancelled') AND s.state <> e.kind
