-- The ledger in the order of queueing. $workspace, $job: names, NULL = all; $state: NULL = all.
SELECT s.seq, s.id, w.name, j.name, coalesce(g.name, ''), coalesce(t.text, ''), s.address,
       s.reason, s.cycle, s.attempt, s.mode, s.state, s.code, s.queued_at, coalesce(s.decided_at, 0)
FROM sends s
JOIN automation_jobs j ON j.id = s.job
JOIN workspaces w ON w.id = j.workspace
LEFT JOIN search_groups g ON g.job = s.job AND g.group_no = s.group_no
LEFT JOIN search_terms t ON t.job = s.job AND t.term_no = s.term_no
WHERE ($workspace IS NULL OR w.name = $workspace)
  AND ($job IS NULL OR j.name = $job)
  AND ($state IS NULL OR s.state = $state)
ORDER BY s.seq
