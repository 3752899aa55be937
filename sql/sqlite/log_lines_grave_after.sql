-- $at, $seq, $since, $level, $max. Of warnings and errors of the process log: those after the
-- key, oldest first.
SELECT l.at, l.seq, l.level, l.area, l.text
FROM log.lines l INDEXED BY lines_grave
WHERE (l.at, l.seq) > ($at, $seq) AND l.at >= $since AND l.level <= 1 AND l.level <= $level
ORDER BY l.at, l.seq
LIMIT $max
