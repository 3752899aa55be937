-- $system, $timeline, $now. A timeline only goes up.
INSERT INTO servers (system, timeline, seen_at) VALUES ($system, $timeline, $now)
ON CONFLICT (system) DO UPDATE SET timeline = max(timeline, excluded.timeline),
    seen_at = excluded.seen_at
