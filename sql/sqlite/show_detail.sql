-- $job. What the job's screen shows besides its plan.
SELECT p.duplicates, max(p.saved_at, j.updated_at),
       CASE WHEN t.variation > 0 THEN coalesce(v.text, '') ELSE coalesce(t.text, '') END
FROM automation_process_state p
JOIN automation_jobs j ON j.id = p.job
LEFT JOIN search_terms t ON t.job = p.job AND t.term_no = p.term_no
LEFT JOIN term_variations v ON v.job = p.job AND v.term_no = t.term_no AND v.k = t.variation
WHERE p.job = $job
