-- $at, $seq, $level, $max. How many warnings and errors of the process log there are after the
-- key; it stops counting at $max.
SELECT count(*) FROM
    (SELECT 1 FROM log.lines l INDEXED BY lines_grave
     WHERE (l.at, l.seq) > ($at, $seq) AND l.level <= 1 AND l.level <= $level
     LIMIT $max)
