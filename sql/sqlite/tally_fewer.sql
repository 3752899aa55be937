-- $job, $mode, $state, $n (to take away)
UPDATE send_counts SET n = n - $n WHERE job = $job AND mode = $mode AND state = $state
