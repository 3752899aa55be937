-- $job, $mode, $now
UPDATE automation_jobs SET mode = $mode, updated_at = $now WHERE id = $job
