-- Leads by when they were found. $workspace, $job: names, NULL = all; $job: found by it (any
-- source).
SELECT w.name, l.address, l.name, l.company, coalesce(f.title, ''), coalesce(f.url, ''),
       coalesce(j.name, ''), coalesce(g.name, ''), coalesce(t.text, ''), l.found_at,
       (SELECT count(*) FROM lead_sources n WHERE n.lead = l.id)
FROM leads l
JOIN workspaces w ON w.id = l.workspace
LEFT JOIN lead_sources f
       ON f.id = (SELECT min(first.id) FROM lead_sources first WHERE first.lead = l.id)
LEFT JOIN automation_jobs j ON j.id = l.job
LEFT JOIN search_groups g ON g.job = l.job AND g.group_no = l.group_no
LEFT JOIN search_terms t ON t.job = l.job AND t.term_no = l.term_no
WHERE ($workspace IS NULL OR w.name = $workspace)
  AND ($job IS NULL OR EXISTS (SELECT 1
                               FROM lead_sources s
                               JOIN automation_jobs sj ON sj.id = s.job
                               WHERE s.lead = l.id AND sj.name = $job))
ORDER BY l.id
