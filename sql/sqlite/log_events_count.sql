-- $at, $seq, $level, $max. How many events of all jobs there are after the key; it stops counting
-- at $max.
SELECT count(*) FROM
    (SELECT 1 FROM events e INDEXED BY events_at
     WHERE (e.at, e.seq) > ($at, $seq) AND e.level <= $level
     LIMIT $max)
