-- $at, $seq, $job, $level, $max. How many events of one job there are after the key; it stops
-- counting at $max.
SELECT count(*) FROM
    (SELECT 1 FROM events e INDEXED BY events_job
     WHERE (e.at, e.seq) > ($at, $seq) AND e.job = $job AND e.level <= $level
     LIMIT $max)
