-- $record, $mark, $at
INSERT INTO mirror (one, record, mark, pulled_at) VALUES (1, $record, $mark, $at)
ON CONFLICT (one) DO UPDATE SET record = excluded.record, mark = excluded.mark,
    pulled_at = excluded.pulled_at
