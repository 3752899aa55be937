-- $job, $term, $group, $place, $text
INSERT INTO search_terms (job, term_no, group_no, place, text)
VALUES ($job, $term, $group, $place, $text)
