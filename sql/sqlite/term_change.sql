-- $job, $term, $place
UPDATE search_terms SET place = $place WHERE job = $job AND term_no = $term
