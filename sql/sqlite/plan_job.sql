-- $job. The job's own part of its plan, with the number of groups and terms that follow.
SELECT j.name, w.name, j.provider, j.rev, j.distribution_method, j.mode, j.loop_interval,
       j.max_emails_per_group, j.variations, j.loop_automation, j.one_lead_per_domain, j.recontact,
       j.seed, p.cycle, p.cycle_ended, p.draws, p.rest_until, j.total_emails_sent,
       (SELECT count(*) FROM search_groups g WHERE g.job = j.id AND g.removed = 0),
       (SELECT count(*) FROM search_terms t WHERE t.job = j.id AND t.removed = 0)
FROM automation_jobs j
JOIN workspaces w ON w.id = j.workspace
JOIN automation_process_state p ON p.job = j.id
WHERE j.id = $job AND j.deleted_at IS NULL
