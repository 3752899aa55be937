-- Letters whose verdict stands here and may not stand in the record, and stops likewise.
SELECT (SELECT count(*) FROM letters WHERE done_at IS NULL AND state IS NOT NULL),
    (SELECT count(*) FROM owed)
