-- $id, $job, $mode, $lead, $source, $address, $site, $group, $term, $cycle, $now
INSERT INTO sends (id, job, mode, lead, source, address, site, group_no, term_no, cycle, state,
                   queued_at)
VALUES ($id, $job, $mode, $lead, $source, $address, $site, $group, $term, $cycle, 'queued', $now)
