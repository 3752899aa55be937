-- $job, $term, $k
SELECT text FROM term_variations WHERE job = $job AND term_no = $term AND k = $k
