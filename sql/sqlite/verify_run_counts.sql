-- Schedules whose numbers differ from what was told of their runs and slots (tests count for
-- nothing, a missed slot is told with the last of them; a slot is one, however many specifications
-- it has), or from the reports that they have;
-- where all of that is kept.
SELECT count(*), coalesce(min(name), '')
FROM (SELECT s.schedule_name AS name
      FROM autopilot_schedules s
      LEFT JOIN (SELECT e.schedule, sum(e.kind = 'run_success') AS good,
                        sum(e.kind = 'run_failed') AS bad, count(DISTINCT CASE WHEN e.kind = 'slot_queued'
                                            THEN r.scheduled_for END) AS queued,
                        sum(e.kind = 'slot_skipped' AND e.run IS NULL) AS skipped,
                        max(e.kind = 'backfill_asked') AS filled
                 FROM events e
                 LEFT JOIN newsletter_runs r ON r.id = e.run
                 WHERE e.schedule IS NOT NULL AND (r.trigger IS NULL OR r.trigger <> 'test')
                 GROUP BY e.schedule) AS told ON told.schedule = s.id
      LEFT JOIN (SELECT autopilot_schedule_id AS schedule, count(*) AS n
                 FROM newsletter_runs
                 WHERE status = 'success' AND trigger <> 'test'
                 GROUP BY autopilot_schedule_id) AS made ON made.schedule = s.id
      WHERE s.created_at >= coalesce((SELECT max(before) FROM keeping
                                      WHERE relation IN ('events', 'newsletter_runs')), 0)
        AND (s.success_count <> coalesce(told.good, 0) OR s.success_count <> coalesce(made.n, 0)
         OR s.failure_count <> coalesce(told.bad, 0)
         OR s.run_count <> s.success_count + s.failure_count
         OR s.slot_count > coalesce(told.queued, 0)
         OR (s.slot_count < coalesce(told.queued, 0) AND told.filled = 0)
         OR coalesce(told.skipped, 0) NOT BETWEEN s.skip_count + s.overlap_skipped
            AND s.skip_count + s.overlap_skipped + s.missed_count))
