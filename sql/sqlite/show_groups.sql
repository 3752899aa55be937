-- $job (NULL: of all jobs). One row a group: how far it is and how far it can come in this cycle.
SELECT g.job, g.group_no, g.state, g.counted, coalesce(a.terms, 0), coalesce(a.done, 0),
       coalesce(a.goal, 0)
FROM automation_jobs j
JOIN search_groups g ON g.job = j.id AND g.removed = 0
LEFT JOIN (SELECT t.job, t.group_no, count(*) AS terms,
                  sum(t.state IN ('done', 'exhausted', 'deferred')) AS done,
                  sum(CASE WHEN t.state IN ('done', 'exhausted', 'deferred') THEN t.counted
                           ELSE max(t.counted, o.loop_interval) END) AS goal
           FROM automation_jobs o
           JOIN search_terms t ON t.job = o.id AND t.removed = 0
           WHERE o.deleted_at IS NULL AND ($job IS NULL OR o.id = $job)
           GROUP BY t.job, t.group_no) AS a ON a.job = g.job AND a.group_no = g.group_no
WHERE j.deleted_at IS NULL AND ($job IS NULL OR j.id = $job)
