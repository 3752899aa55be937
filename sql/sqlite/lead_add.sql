-- $workspace, $address, $shown, $site, $company, $flags, $job, $group, $term, $now
INSERT INTO leads (workspace, address, shown, site, company, flags, job, group_no, term_no,
                   found_at)
VALUES ($workspace, $address, $shown, $site, $company, $flags, $job, $group, $term, $now)
