-- $job, $now. The operator's definition is another one now.
UPDATE automation_jobs SET rev = rev + 1, updated_at = $now WHERE id = $job
