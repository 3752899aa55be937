-- $at, $kind, $level, $job, $group, $term, $send, $actor, $text, $n1, $n2
INSERT INTO events (at, kind, level, job, group_no, term_no, send, actor, text, n1, n2)
VALUES ($at, $kind, $level, $job, $group, $term, $send, $actor, $text, $n1, $n2)
