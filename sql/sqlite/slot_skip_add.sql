-- $id, $workspace, $specification, $schedule, $slot, $reason, $now. A slot without a report.
INSERT INTO newsletter_runs (id, workspace, specification_id, autopilot_schedule_id, trigger,
    scheduled_for, status, period_at, created_at, finished_at, error)
VALUES ($id, $workspace, $specification, $schedule, 'schedule', $slot, 'skipped', $slot, $now, $now,
    $reason)
ON CONFLICT DO NOTHING
