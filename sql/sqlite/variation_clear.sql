-- $job, $term
DELETE FROM term_variations WHERE job = $job AND term_no = $term
