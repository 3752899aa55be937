-- $job, $term, $k, $text
INSERT INTO term_variations (job, term_no, k, text) VALUES ($job, $term, $k, $text)
