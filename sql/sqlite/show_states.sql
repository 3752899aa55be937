-- How many jobs are in which state.
SELECT status, count(*) FROM automation_jobs WHERE deleted_at IS NULL GROUP BY status
