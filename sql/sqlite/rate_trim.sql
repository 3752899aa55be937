-- $job, $span, $before
DELETE FROM send_rates WHERE job = $job AND span = $span AND tick < $before
