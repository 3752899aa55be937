-- $schedule, $slot, $specification, $period_key, $actor, $now. A slot without a report waits once more; nothing
-- when the period is taken. What was cancelled keeps its attempt: the lane that worked it may not
-- know yet, and must not be taken for the next one.
UPDATE OR IGNORE newsletter_runs
SET status = 'queued', trigger = 'backfill', period_key = $period_key, actor = $actor,
    attempt = CASE status WHEN 'cancelled' THEN attempt ELSE 0 END, not_before = $now, error = '',
    until = NULL, started_at = NULL, finished_at = NULL, seen_at = NULL, items = 0, sources = 0,
    sources_failed = 0
WHERE autopilot_schedule_id = $schedule AND scheduled_for = $slot
  AND specification_id = $specification
  AND (status = 'failed' OR status = 'skipped' OR status = 'cancelled')
