-- $job, $engine, $epoch, $now. The epoch stays: it only grows.
UPDATE job_leases
SET engine = NULL, journal_gen = NULL, manual = 0, until = 0, released_at = $now
WHERE job = $job AND engine = $engine AND epoch = $epoch AND until > $now
