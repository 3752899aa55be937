-- $c0 ... $c22: a row as the shared record has it, in the order of the columns.
INSERT INTO automation_jobs (id, workspace, name, status, desired, mode, current_group,
    current_position, total_emails_sent, group_emails_sent, distribution_method, loop_interval,
    max_emails_per_group, loop_automation, provider, variations, seed, recontact,
    one_lead_per_domain, rev, created_at, updated_at, deleted_at)
VALUES ($c0, $c1, $c2, $c3, $c4, $c5, $c6, $c7, $c8, $c9, $c10, $c11, $c12, $c13, $c14, $c15,
    $c16, $c17, $c18, $c19, $c20, $c21, $c22)
ON CONFLICT (id) DO UPDATE SET workspace = excluded.workspace, name = excluded.name,
    status = excluded.status, desired = excluded.desired, mode = excluded.mode,
    current_group = excluded.current_group, current_position = excluded.current_position,
    total_emails_sent = excluded.total_emails_sent,
    group_emails_sent = excluded.group_emails_sent,
    distribution_method = excluded.distribution_method, loop_interval = excluded.loop_interval,
    max_emails_per_group = excluded.max_emails_per_group,
    loop_automation = excluded.loop_automation, provider = excluded.provider,
    variations = excluded.variations, seed = excluded.seed, recontact = excluded.recontact,
    one_lead_per_domain = excluded.one_lead_per_domain, rev = excluded.rev,
    created_at = excluded.created_at, updated_at = excluded.updated_at,
    deleted_at = excluded.deleted_at
