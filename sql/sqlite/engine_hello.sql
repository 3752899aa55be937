-- $engine, $gen, $host, $pid, $version, $now
INSERT INTO engines (id, journal_gen, host, pid, version, first_seen, last_seen)
VALUES ($engine, $gen, $host, $pid, $version, $now, $now)
ON CONFLICT (id) DO UPDATE SET journal_gen = excluded.journal_gen, host = excluded.host,
    pid = excluded.pid, version = excluded.version, last_seen = excluded.last_seen
