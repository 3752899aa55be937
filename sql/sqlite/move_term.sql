-- $job, $term, $from, $to. A term begins or ends its turn.
UPDATE search_terms SET state = $to
WHERE job = $job AND term_no = $term AND state = $from AND removed = 0
RETURNING counted
