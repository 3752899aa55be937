-- $job. Terms, group after group, in the order of the job file.
SELECT t.group_no, t.term_no, t.text, t.state, t.counted, t.target, t.queued, t.deferred,
       t.failures, t.first, t.variation, t.result, t.address, t.ended
FROM search_terms t
JOIN search_groups g ON g.job = t.job AND g.group_no = t.group_no
WHERE t.job = $job AND t.removed = 0
ORDER BY g.place, t.place
