-- $workspace. Most have none, and then no letter needs to be looked up.
SELECT EXISTS (SELECT 1 FROM suppressions WHERE workspace = $workspace)
