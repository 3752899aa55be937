-- Runs that may have a report.
SELECT id FROM newsletter_runs WHERE status = 'success' ORDER BY id
