-- $job, $group, $term. A row when the definition has this term in this group.
SELECT 1 FROM search_terms
WHERE job = $job AND term_no = $term AND group_no = $group AND removed = 0
