-- $job, $term, $counted, $queued, $deferred (to add)
UPDATE search_terms
SET counted = counted + $counted, queued = queued + $queued, deferred = deferred + $deferred
WHERE job = $job AND term_no = $term
