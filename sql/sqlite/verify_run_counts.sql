-- Schedules whose numbers differ from their rows: what ended (tests count for nothing), slots that
-- became runs, and slots that were left out (a missed one has no row but the last of them).
SELECT count(*), coalesce(min(name), '')
FROM (SELECT s.schedule_name AS name
      FROM autopilot_schedules s
      LEFT JOIN newsletter_runs r ON r.autopilot_schedule_id = s.id AND r.trigger <> 'test'
      GROUP BY s.id
      HAVING s.success_count <> coalesce(sum(r.status = 'success'), 0)
          OR s.failure_count <> coalesce(sum(r.status = 'failed'), 0)
          OR s.run_count <> s.success_count + s.failure_count
          OR s.slot_count <> coalesce(sum(r.status <> 'skipped' AND r.trigger <> 'backfill'
                                          AND r.scheduled_for IS NOT NULL), 0)
          OR coalesce(sum(r.status = 'skipped'), 0) NOT BETWEEN s.skip_count + s.overlap_skipped
             AND s.skip_count + s.overlap_skipped + s.missed_count)
