-- Runs that follow what was no success or was of another slot; followed successes that have two runs
-- of one specification in one schedule; and runs of a follower without a success before them.
SELECT count(*), coalesce(min(name), '')
FROM (SELECT hex(r.id) AS name
      FROM newsletter_runs r
      LEFT JOIN newsletter_runs p ON p.id = r.after_run
      WHERE r.after_run IS NOT NULL
        AND (p.id IS NULL OR p.status <> 'success' OR p.trigger = 'test'
             OR p.autopilot_schedule_id IS r.autopilot_schedule_id
             OR r.scheduled_for IS NOT coalesce(p.scheduled_for, p.period_at))
      UNION ALL
      SELECT hex(min(r.id))
      FROM newsletter_runs r
      WHERE r.after_run IS NOT NULL
      GROUP BY r.after_run, r.autopilot_schedule_id, r.specification_id
      HAVING count(*) > 1
      UNION ALL
      SELECT hex(id) FROM newsletter_runs WHERE trigger = 'after' AND after_run IS NULL)
