-- $job. In the order of the job file.
SELECT t.group_no, t.text
FROM search_terms t
JOIN search_groups g ON g.job = t.job AND g.group_no = t.group_no
WHERE t.job = $job AND t.removed = 0 ORDER BY g.place, t.place
