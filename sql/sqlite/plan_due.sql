-- $job, $mode, $now. How many deferred letters of each term may be tried again.
SELECT term_no, count(*)
FROM sends
WHERE job = $job AND mode = $mode AND state = 'deferred' AND retry_at <= $now
GROUP BY term_no
