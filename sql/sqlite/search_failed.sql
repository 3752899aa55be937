-- $job, $term
UPDATE search_terms SET failures = failures + 1 WHERE job = $job AND term_no = $term
RETURNING failures
