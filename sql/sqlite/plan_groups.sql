-- $job. Groups in the order of the job file.
SELECT group_no, name, template, state, counted, pass, draw_no
FROM search_groups
WHERE job = $job AND removed = 0
ORDER BY place
