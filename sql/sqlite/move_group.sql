-- $job, $group, $draw
UPDATE search_groups SET state = 'running', draw_no = $draw
WHERE job = $job AND group_no = $group AND state = 'waiting' AND draw_no = 0 AND removed = 0
