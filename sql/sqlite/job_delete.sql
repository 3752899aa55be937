-- $job, $now. The row stays: the ledger and the events name it.
UPDATE automation_jobs SET deleted_at = $now, desired = 'stop', updated_at = $now WHERE id = $job
