-- $job
SELECT status, desired FROM automation_jobs WHERE id = $job
