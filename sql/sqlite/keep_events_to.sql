-- $before, $max. Up to which number the oldest events, $max of them, are all from before that.
SELECT coalesce(min(iif(at >= $before, seq, NULL)), max(seq) + 1, 0)
FROM (SELECT seq, at FROM events ORDER BY seq LIMIT $max)
