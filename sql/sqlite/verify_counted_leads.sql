-- Groups whose number of leads differs from the leads that they were the first to find.
SELECT count(*), coalesce(min(g.name), '')
FROM search_groups g
LEFT JOIN (SELECT job, group_no, count(*) AS n FROM leads GROUP BY job, group_no) AS l
       ON l.job = g.job AND l.group_no = g.group_no
WHERE g.leads <> coalesce(l.n, 0)
