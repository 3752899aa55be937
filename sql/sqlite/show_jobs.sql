-- $workspace (NULL: all), $job (NULL: all), $since. One row a job, with where it stands, who holds it
-- and who took it over since then (events_grave has the few that are).
SELECT j.id, w.name, j.name, j.status, j.desired, j.distribution_method, j.mode, j.loop_automation,
       j.loop_interval, j.max_emails_per_group, p.cycle, j.total_emails_sent, g.group_no, g.name,
       t.text, t.counted, t.target, max(coalesce(p.wait_until, 0), coalesce(p.rest_until, 0)),
       p.started_at, p.started_by, p.ended_at, l.until, e.host, e.pid, p.error,
       o.at, o.text, p.confirmed_at IS NOT NULL
FROM automation_jobs j
JOIN workspaces w ON w.id = j.workspace
JOIN automation_process_state p ON p.job = j.id
JOIN job_leases l ON l.job = j.id
LEFT JOIN engines e ON e.id = l.engine
LEFT JOIN search_groups g ON g.job = j.id AND g.group_no = p.group_no
LEFT JOIN search_terms t ON t.job = j.id AND t.term_no = p.term_no
LEFT JOIN (SELECT job, max(at) AS at, text FROM events
           WHERE level <= 1 AND at >= $since AND kind = 'lease_taken_over' GROUP BY job) o
       ON o.job = j.id
WHERE j.deleted_at IS NULL AND ($workspace IS NULL OR w.name = $workspace)
  AND ($job IS NULL OR j.id = $job)
ORDER BY w.name, j.name
