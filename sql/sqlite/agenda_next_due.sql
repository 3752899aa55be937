-- The earliest instant at which a schedule is due, a pause ends, a waiting run may be taken, or the
-- time of a running one's lane is over. What waits for another run of its specification to end (as
-- in run_candidate) is not counted: that end is a change of its own.
WITH running AS MATERIALIZED (
  SELECT specification_id FROM newsletter_runs INDEXED BY newsletter_runs_open
  WHERE (status = 'queued' OR status = 'running') AND status = 'running')
SELECT min(at) FROM
  (SELECT min(next_run_at) AS at
   FROM autopilot_schedules INDEXED BY idx_autopilot_schedules_next_run
   WHERE enabled = 1 AND status = 'active' AND deleted_at IS NULL
   UNION ALL
   SELECT min(paused_until) FROM autopilot_schedules INDEXED BY autopilot_schedules_paused
   WHERE status = 'paused' AND paused_until IS NOT NULL AND deleted_at IS NULL AND enabled = 1
   UNION ALL
   SELECT min(CASE status WHEN 'queued' THEN not_before ELSE until END) FROM newsletter_runs
   WHERE (status = 'queued' OR status = 'running')
     AND (status = 'running' OR specification_id NOT IN (SELECT specification_id FROM running)))
