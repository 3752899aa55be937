-- $job, $group, $pass (the one before)
UPDATE search_groups SET pass = pass + 1
WHERE job = $job AND group_no = $group AND pass = $pass AND state = 'running'
