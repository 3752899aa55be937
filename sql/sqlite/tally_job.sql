-- $job. Against what the letters' cycles and modes are compared.
SELECT p.cycle, j.mode
FROM automation_jobs j
JOIN automation_process_state p ON p.job = j.id
WHERE j.id = $job
