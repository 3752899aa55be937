-- $job, $group, $term (NULL: none yet), $draws, $now. Where the job stands.
UPDATE automation_process_state
SET group_no = $group, term_no = $term, draws = $draws, saved_at = $now
WHERE job = $job
