-- $job, $term. The row stays: the ledger names it.
UPDATE search_terms SET removed = 1 WHERE job = $job AND term_no = $term
