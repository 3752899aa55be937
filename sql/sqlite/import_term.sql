-- $job, $text (NULL: whichever comes first). Where leads that were brought by hand belong.
SELECT t.group_no, t.term_no, t.text
FROM search_terms t
JOIN search_groups g ON g.job = t.job AND g.group_no = t.group_no
WHERE t.job = $job AND t.removed = 0 AND g.removed = 0 AND ($text IS NULL OR t.text = $text)
ORDER BY g.place, t.place
LIMIT 1
