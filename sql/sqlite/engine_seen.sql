-- $engine, $now. It is alive: said with each renewal of a lease.
UPDATE engines SET last_seen = $now WHERE id = $engine
