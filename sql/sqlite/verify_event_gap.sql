-- Numbers missing between the first and the last event. In a copy of a shared record there may be
-- some: a server's numbers are not given back by what it took back.
SELECT coalesce(max(seq) - min(seq) + 1 - count(*), 0), coalesce(min(seq), '')
FROM events
WHERE NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'mirror')
