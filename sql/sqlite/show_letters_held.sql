-- $workspace, $job (NULL: all), $max: not more than there are, since the ledger is read from its
-- newest row until so many were found.
SELECT s.seq, s.id, w.name, j.name, coalesce(g.name, ''), coalesce(t.text, ''), s.address,
       l.company, s.state, s.mode, s.reason, s.cycle, s.attempt, s.code, s.queued_at,
       coalesce(s.claimed_at, 0), coalesce(s.decided_at, 0)
FROM sends s NOT INDEXED
JOIN automation_jobs j ON j.id = s.job
JOIN workspaces w ON w.id = j.workspace
JOIN leads l ON l.id = s.lead
LEFT JOIN search_groups g ON g.job = s.job AND g.group_no = s.group_no
LEFT JOIN search_terms t ON t.job = s.job AND t.term_no = s.term_no
WHERE s.state = 'held' AND j.deleted_at IS NULL
  AND ($workspace IS NULL OR w.name = $workspace) AND ($job IS NULL OR j.id = $job)
ORDER BY s.seq DESC
LIMIT $max
