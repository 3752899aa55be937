-- $seq
DELETE FROM events WHERE seq < $seq
