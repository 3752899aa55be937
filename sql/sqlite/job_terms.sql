-- $job. In an order in which a term can be found by its group and text.
SELECT term_no, group_no, place, text FROM search_terms
WHERE job = $job AND removed = 0 ORDER BY group_no, text
