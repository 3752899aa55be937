-- $job, $group, $counted (to add)
UPDATE search_groups SET counted = counted + $counted WHERE job = $job AND group_no = $group
