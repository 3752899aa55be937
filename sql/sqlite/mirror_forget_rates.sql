-- $before. Spans that were over by then.
DELETE FROM send_rates WHERE (tick + 1) * span <= $before / 1000000
