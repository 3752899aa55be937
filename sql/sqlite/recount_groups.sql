-- $job
UPDATE search_groups AS g
SET counted = (SELECT coalesce(sum(t.counted), 0) FROM search_terms t
               WHERE t.job = g.job AND t.group_no = g.group_no)
WHERE g.job = $job
