-- $job, $term, $variation, $result, $address, $ended. A provider that answered has not failed.
UPDATE search_terms
SET variation = $variation, result = $result, address = $address, ended = $ended, failures = 0
WHERE job = $job AND term_no = $term
