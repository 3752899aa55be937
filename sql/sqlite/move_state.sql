-- $job. What a move is compared with.
SELECT p.cycle, p.cycle_ended, p.draws, p.rest_until, j.rev, j.mode
FROM automation_process_state p
JOIN automation_jobs j ON j.id = p.job
WHERE p.job = $job AND j.deleted_at IS NULL
