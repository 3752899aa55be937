-- $job, $until, $now
UPDATE automation_process_state SET rest_until = $until, saved_at = $now WHERE job = $job
