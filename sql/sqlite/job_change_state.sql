-- $job, $next_group_no, $next_term_no, $max_emails_per_group, $loop_interval
UPDATE automation_process_state
SET next_group_no = $next_group_no, next_term_no = $next_term_no,
    most_per_group = max(most_per_group, $max_emails_per_group),
    most_per_term = max(most_per_term, $loop_interval)
WHERE job = $job
