-- $job, $total (to add), $now
UPDATE automation_jobs
SET total_emails_sent = total_emails_sent + $total, updated_at = $now,
    group_emails_sent = coalesce(
        (SELECT g.counted FROM automation_process_state p
         JOIN search_groups g ON g.job = p.job AND g.group_no = p.group_no WHERE p.job = $job), 0)
WHERE id = $job
