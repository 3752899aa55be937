-- $mode. When the last letter was claimed, by any job.
SELECT max(claimed_at) FROM sends WHERE mode = $mode AND claimed_at IS NOT NULL
