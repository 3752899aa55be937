-- $job, $wait_until (NULL: none)
UPDATE automation_process_state SET wait_until = $wait_until WHERE job = $job
