-- $job, $term, $target
UPDATE search_terms SET target = $target WHERE job = $job AND term_no = $term
