-- $at, $seq, $level, $job (NULL: all), $max. How many warnings and errors there are after the
-- key; it stops counting at $max.
SELECT count(*) FROM
    (SELECT 1 FROM events e INDEXED BY events_grave
     WHERE (e.at, e.seq) > ($at, $seq) AND e.level <= 1 AND e.level <= $level
       AND ($job IS NULL OR e.job = $job)
     LIMIT $max)
