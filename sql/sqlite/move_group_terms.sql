-- $job, $group. Terms that the group's limit cut short are done.
UPDATE search_terms SET state = 'done'
WHERE job = $job AND group_no = $group AND state = 'waiting' AND counted > 0
