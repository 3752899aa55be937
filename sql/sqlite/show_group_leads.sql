-- $job. Leads whose first finder is the group, in the order of the job file.
SELECT leads FROM search_groups WHERE job = $job AND removed = 0 ORDER BY place
