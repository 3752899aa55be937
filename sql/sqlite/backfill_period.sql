-- $specification, $from, $to (not itself in it). A report of the period that counts, whatever it
-- was made for.
SELECT 1 FROM newsletter_runs
WHERE specification_id = $specification AND status = 'success' AND trigger <> 'test'
  AND period_at >= $from AND period_at < $to
LIMIT 1
