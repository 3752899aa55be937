-- $job, $group. The row stays: the ledger names it.
UPDATE search_groups SET removed = 1 WHERE job = $job AND group_no = $group
