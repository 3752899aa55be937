-- $job, $now. Its first letters are well; no row changes when that was said before.
UPDATE automation_process_state SET confirmed_at = $now, saved_at = $now
WHERE job = $job AND confirmed_at IS NULL
