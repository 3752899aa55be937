-- $seq, $max. Events after this one in the order in which they were written.
SELECT e.seq, e.at, e.level, e.kind, coalesce(j.name, ''), coalesce(g.name, ''),
       coalesce(t.text, ''), coalesce(s.address, ''), coalesce(e.actor, ''),
       coalesce(e.text, ''), e.send, e.n1, e.n2
FROM events e
LEFT JOIN automation_jobs j ON j.id = e.job
LEFT JOIN search_groups g ON g.job = e.job AND g.group_no = e.group_no
LEFT JOIN search_terms t ON t.job = e.job AND t.term_no = e.term_no
LEFT JOIN sends s ON s.seq = e.send
WHERE e.seq > $seq
ORDER BY e.seq
LIMIT $max
