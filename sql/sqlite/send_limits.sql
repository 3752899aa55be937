-- $job, $group, $term. What is left of the limits is computed from these.
SELECT j.workspace, j.mode, j.recontact, j.distribution_method, j.loop_interval,
       j.max_emails_per_group, p.cycle, coalesce(t.counted, 0), coalesce(t.target, 0),
       coalesce(g.counted, 0),
       p.confirmed_at IS NOT NULL, j.total_emails_sent
FROM automation_jobs j
JOIN automation_process_state p ON p.job = j.id
LEFT JOIN search_groups g ON g.job = j.id AND g.group_no = $group
LEFT JOIN search_terms t ON t.job = j.id AND t.term_no = $term
WHERE j.id = $job
