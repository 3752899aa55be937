-- $id. A letter as a message finds that came back about it.
SELECT s.seq, s.job, s.mode, s.group_no, s.term_no, s.cycle, s.state, s.heard, s.address, w.name,
       j.name
FROM sends s
JOIN automation_jobs j ON j.id = s.job
JOIN workspaces w ON w.id = j.workspace
WHERE s.id = $id
