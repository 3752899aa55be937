-- $workspace, $job (NULL: all). Letters that wait for somebody's word, by state.
SELECT c.state, sum(c.n)
FROM send_counts c
JOIN automation_jobs j ON j.id = c.job
JOIN workspaces w ON w.id = j.workspace
WHERE c.state IN ('held', 'in_doubt') AND j.deleted_at IS NULL
  AND ($workspace IS NULL OR w.name = $workspace) AND ($job IS NULL OR j.id = $job)
GROUP BY c.state
