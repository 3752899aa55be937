-- $record, $server, $mark, $at, $place, $after
INSERT INTO mirror (one, record, server, mark, pulled_at, place, after_key)
VALUES (1, $record, $server, $mark, $at, $place, $after)
ON CONFLICT (one) DO UPDATE SET record = excluded.record, server = excluded.server,
    mark = excluded.mark, pulled_at = excluded.pulled_at, place = excluded.place,
    after_key = excluded.after_key
