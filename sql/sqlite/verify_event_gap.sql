-- Numbers missing between the first and the last event.
SELECT coalesce(max(seq) - min(seq) + 1 - count(*), 0), coalesce(min(seq), '')
FROM events
