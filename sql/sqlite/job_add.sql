-- $id, $workspace, $name, $distribution, $loop_interval, $max_emails_per_group, $loop_automation,
-- $provider, $variations, $seed, $recontact, $one_lead_per_domain, $now
INSERT INTO automation_jobs (id, workspace, name, distribution_method, loop_interval,
    max_emails_per_group, loop_automation, provider, variations, seed, recontact,
    one_lead_per_domain, created_at, updated_at)
VALUES ($id, $workspace, $name, $distribution, $loop_interval, $max_emails_per_group,
    $loop_automation, $provider, $variations, $seed, $recontact, $one_lead_per_domain, $now, $now)
