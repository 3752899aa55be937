-- $job (16 zero bytes: all jobs), $span, $from, $to. Letters that went out in each span.
SELECT tick, n FROM send_rates
WHERE job = $job AND span = $span AND tick BETWEEN $from AND $to
