-- $engine, $now. Made once.
INSERT INTO identity (one, engine, created_at) VALUES (1, $engine, $now) ON CONFLICT DO NOTHING
