-- $job, $engine, $epoch, $until, $now
UPDATE job_leases SET until = $until
WHERE job = $job AND engine = $engine AND epoch = $epoch AND until > $now
