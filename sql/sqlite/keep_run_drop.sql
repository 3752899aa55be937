-- $run
DELETE FROM newsletter_runs WHERE id = $run
