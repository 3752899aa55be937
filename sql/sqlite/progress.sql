-- $job, $group, $term, $now. What a term and its group look like now; a term that is not there
-- counts as nothing.
SELECT coalesce(t.counted, 0), coalesce(g.counted, 0), coalesce(t.queued, 0),
       coalesce(t.deferred, 0),
       CASE WHEN t.deferred > 0 THEN
           (SELECT count(*) FROM sends s
            WHERE s.job = j.id AND s.mode = j.mode AND s.term_no = t.term_no
              AND s.state = 'deferred' AND s.retry_at <= $now)
       ELSE 0 END,
       j.total_emails_sent, j.rev, j.desired, l.manual
FROM automation_jobs j
JOIN job_leases l ON l.job = j.id
LEFT JOIN search_groups g ON g.job = j.id AND g.group_no = $group
LEFT JOIN search_terms t ON t.job = j.id AND t.term_no = $term
WHERE j.id = $job
