-- $actor, $since, $nth (from 0, the newest first). When the nth schedule of the actor was made; no
-- row: there are fewer since then. Deleted ones count: they were made.
SELECT created_at FROM autopilot_schedules WHERE created_by = $actor AND created_at > $since
ORDER BY created_at DESC LIMIT 1 OFFSET $nth
