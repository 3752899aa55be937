-- $record, $server, $mark, $at
INSERT INTO mirror (one, record, server, mark, pulled_at) VALUES (1, $record, $server, $mark, $at)
ON CONFLICT (one) DO UPDATE SET record = excluded.record, server = excluded.server,
    mark = excluded.mark, pulled_at = excluded.pulled_at
