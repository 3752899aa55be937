-- $job, $desired, $now
UPDATE automation_jobs SET desired = $desired, updated_at = $now WHERE id = $job
