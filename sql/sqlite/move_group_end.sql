-- $job, $group
UPDATE search_groups SET state = 'done'
WHERE job = $job AND group_no = $group AND state = 'running'
RETURNING counted
