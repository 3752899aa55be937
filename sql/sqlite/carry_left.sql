-- What the shared record has no table for yet: how many rows, and of what.
SELECT
    (SELECT count(*) FROM newsletter_specifications) AS specifications,
    (SELECT count(*) FROM autopilot_schedules) AS schedules,
    (SELECT count(*) FROM newsletter_runs) AS runs,
    (SELECT count(*) FROM schedule_templates) AS templates
