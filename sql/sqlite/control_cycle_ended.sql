-- $job. Only a cycle that has begun can end.
UPDATE automation_process_state SET cycle_ended = 1 WHERE job = $job AND cycle > 0
