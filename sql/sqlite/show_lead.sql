-- $lead, $job (NULL: whoever found it). One lead with its first page and its newest letter.
SELECT w.name, l.address, coalesce(l.shown, ''), l.name,
       CASE WHEN o.company <> '' THEN o.company ELSE l.company END, coalesce(o.title, ''),
       coalesce(o.url, ''), coalesce(o.language, ''), j.id, coalesce(j.name, ''),
       coalesce(g.name, ''), coalesce(t.text, ''), coalesce(o.group_no, 0), l.flags, l.found_at,
       (SELECT count(*) FROM lead_sources n WHERE n.lead = l.id),
       coalesce(s.state, ''), coalesce(s.mode, ''), coalesce(s.reason, ''),
       coalesce(s.decided_at, s.queued_at, 0)
FROM leads l
JOIN workspaces w ON w.id = l.workspace
LEFT JOIN lead_sources o
       ON o.id = (SELECT min(f.id) FROM lead_sources f
                  WHERE f.lead = l.id AND ($job IS NULL OR f.job = $job))
LEFT JOIN automation_jobs j ON j.id = coalesce(o.job, l.job)
LEFT JOIN search_groups g ON g.job = j.id AND g.group_no = coalesce(o.group_no, l.group_no)
LEFT JOIN search_terms t ON t.job = j.id AND t.term_no = coalesce(o.term_no, l.term_no)
LEFT JOIN sends s
       ON s.seq = (SELECT max(n.seq) FROM sends n
                   WHERE n.lead = l.id AND ($job IS NULL OR n.job = $job))
WHERE l.id = $lead
