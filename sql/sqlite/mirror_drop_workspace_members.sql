-- $c0 ...: the key of a row that is gone.
DELETE FROM workspace_members WHERE workspace = $c0 AND member = $c1
