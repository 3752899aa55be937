-- $at, $kind, $level, $job, $group, $term, $send, $schedule, $run, $actor, $text, $n1, $n2
INSERT INTO events (at, kind, level, job, group_no, term_no, send, schedule, run, actor, text, n1,
                    n2)
VALUES ($at, $kind, $level, $job, $group, $term, $send, $schedule, $run, $actor, $text, $n1, $n2)
