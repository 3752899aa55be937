-- $job. What search_end must know of it.
SELECT j.workspace, j.mode, j.recontact, j.one_lead_per_domain, p.cycle
FROM automation_jobs j
JOIN automation_process_state p ON p.job = j.id
WHERE j.id = $job
