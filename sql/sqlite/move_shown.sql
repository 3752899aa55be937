-- $job, $group, $term (NULL: none), $now. The documents' columns of the position.
UPDATE automation_jobs
SET current_group = (SELECT name FROM search_groups WHERE job = $job AND group_no = $group),
    group_emails_sent =
        coalesce((SELECT counted FROM search_groups WHERE job = $job AND group_no = $group), 0),
    current_position = (SELECT place FROM search_terms WHERE job = $job AND term_no = $term),
    updated_at = $now
WHERE id = $job
