-- $id, $now. Names the record once, when it is made.
INSERT INTO record (one, id, created_at) VALUES (1, $id, $now) ON CONFLICT DO NOTHING
