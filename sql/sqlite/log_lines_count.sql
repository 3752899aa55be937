-- $at, $seq, $level, $max. How many lines of the process log there are after the key; it stops
-- counting at $max.
SELECT count(*) FROM
    (SELECT 1 FROM log.lines l INDEXED BY lines_at
     WHERE (l.at, l.seq) > ($at, $seq) AND l.level <= $level
     LIMIT $max)
