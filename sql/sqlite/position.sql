-- $job. Where it stands.
SELECT coalesce(group_no, 0), coalesce(term_no, 0) FROM automation_process_state WHERE job = $job
