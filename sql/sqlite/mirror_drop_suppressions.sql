-- $c0 ...: the key of a row that is gone.
DELETE FROM suppressions WHERE workspace = $c0 AND subject = $c1
