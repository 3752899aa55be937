-- $before, $max. Forgets what was acknowledged before that, oldest first.
DELETE FROM letters WHERE n IN
    (SELECT n FROM letters WHERE done_at < $before ORDER BY done_at LIMIT $max)
