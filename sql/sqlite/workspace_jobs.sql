-- $workspace. How many jobs it has, and one of them.
SELECT count(*), min(name) FROM automation_jobs WHERE workspace = $workspace AND deleted_at IS NULL
