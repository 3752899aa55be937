-- As source_add, and gives the row's number either way: the letter is written from what it says.
INSERT INTO lead_sources (lead, job, group_no, term_no, url, title, company, language, found_at)
VALUES ($lead, $job, $group, $term, $url, $title, $company, $language, $now)
ON CONFLICT DO UPDATE SET title = excluded.title, company = excluded.company,
    language = excluded.language
RETURNING id
