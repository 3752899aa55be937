-- $job, $now
UPDATE automation_jobs SET status = 'running', desired = 'run', updated_at = $now WHERE id = $job
