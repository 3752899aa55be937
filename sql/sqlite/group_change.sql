-- $job, $group, $place, $template
UPDATE search_groups SET place = $place, template = $template WHERE job = $job AND group_no = $group
