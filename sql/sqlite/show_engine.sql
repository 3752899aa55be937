-- The engine that was seen last.
SELECT id, host, version, pid, last_seen FROM engines ORDER BY last_seen DESC LIMIT 1
