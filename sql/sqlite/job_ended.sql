-- $job, $error (NULL: none), $now
UPDATE automation_process_state SET ended_at = $now, error = $error WHERE job = $job
