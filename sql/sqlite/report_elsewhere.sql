-- $run. Was a report made that this copy has not fetched?
SELECT 1 FROM newsletter_runs r
WHERE r.id = $run AND r.status = 'success' AND r.report <> ''
  AND EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'mirror')
