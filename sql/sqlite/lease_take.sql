-- $job, $engine, $manual, $token, $until
UPDATE job_leases
SET engine = $engine, manual = $manual, token = $token, until = $until, epoch = epoch + 1,
    journal_gen = coalesce((SELECT journal_gen FROM engines WHERE id = $engine), 0)
WHERE job = $job
RETURNING epoch
