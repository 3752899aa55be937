-- $lead, $job, $group, $term, $url, $title, $company, $language, $now. Where a lead was met again;
-- nothing happens when it was met there before.
INSERT INTO lead_sources (lead, job, group_no, term_no, url, title, company, language, found_at)
VALUES ($lead, $job, $group, $term, $url, $title, $company, $language, $now)
ON CONFLICT DO NOTHING
