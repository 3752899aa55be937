-- $relation, $before
INSERT INTO keeping (relation, before) VALUES ($relation, $before)
ON CONFLICT (relation) DO UPDATE SET before = max(before, excluded.before)
