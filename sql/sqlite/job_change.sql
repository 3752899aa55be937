-- $id and the settings as in job_add
UPDATE automation_jobs
SET distribution_method = $distribution, loop_interval = $loop_interval,
    max_emails_per_group = $max_emails_per_group, loop_automation = $loop_automation,
    provider = $provider, variations = $variations, seed = $seed, recontact = $recontact,
    one_lead_per_domain = $one_lead_per_domain
WHERE id = $id
