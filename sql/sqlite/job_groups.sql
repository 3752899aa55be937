-- $job
SELECT group_no, place, name, template FROM search_groups
WHERE job = $job AND removed = 0 ORDER BY place
