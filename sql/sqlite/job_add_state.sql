-- $job, $max_emails_per_group, $loop_interval, $now
INSERT INTO automation_process_state (job, most_per_group, most_per_term, saved_at)
VALUES ($job, $max_emails_per_group, $loop_interval, $now)
