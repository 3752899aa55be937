-- $c0 ...: the key of a row that is gone.
DELETE FROM term_variations WHERE job = $c0 AND term_no = $c1 AND k = $c2
