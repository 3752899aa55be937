-- $job, $group, $leads (to add)
UPDATE search_groups SET leads = leads + $leads WHERE job = $job AND group_no = $group
