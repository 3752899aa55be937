-- $schedule, $since, $nth (from 0, the newest first). When the nth run of the schedule was asked
-- for; no row: there are fewer since then. They take no slot: the index of slots finds them.
SELECT created_at FROM newsletter_runs
WHERE autopilot_schedule_id = $schedule AND scheduled_for IS NULL AND created_at > $since
ORDER BY created_at DESC LIMIT 1 OFFSET $nth
