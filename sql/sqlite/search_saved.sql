-- $job, $duplicates (to add), $now
UPDATE automation_process_state SET duplicates = duplicates + $duplicates, saved_at = $now
WHERE job = $job
