-- $c0 ... $c6: a row as the shared record has it, in the order of the columns.
INSERT INTO engines (id, journal_gen, host, pid, version, first_seen, last_seen)
VALUES ($c0, $c1, $c2, $c3, $c4, $c5, $c6)
ON CONFLICT (id) DO UPDATE SET journal_gen = excluded.journal_gen, host = excluded.host,
    pid = excluded.pid, version = excluded.version, first_seen = excluded.first_seen,
    last_seen = excluded.last_seen
