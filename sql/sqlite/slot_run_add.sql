-- $id, $workspace, $specification, $schedule, $trigger, $slot, $not_before, $period_at, $period_key,
-- $actor, $now. Nothing when the slot has its run, or the period has.
INSERT INTO newsletter_runs (id, workspace, specification_id, autopilot_schedule_id, trigger,
    scheduled_for, status, not_before, period_at, period_key, actor, created_at)
VALUES ($id, $workspace, $specification, $schedule, $trigger, $slot, 'queued', $not_before,
    $period_at, $period_key, $actor, $now)
ON CONFLICT DO NOTHING
