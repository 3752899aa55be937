-- $job. The definition without groups, and the numbers for new groups and terms.
SELECT j.distribution_method, j.loop_interval, j.max_emails_per_group, j.loop_automation,
       j.provider, j.variations, j.seed, j.recontact, j.one_lead_per_domain,
       p.next_group_no, p.next_term_no
FROM automation_jobs j
JOIN automation_process_state p ON p.job = j.id
WHERE j.id = $job
