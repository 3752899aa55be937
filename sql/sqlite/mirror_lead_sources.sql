-- $c0 ... $c9: a row as the shared record has it, in the order of the columns.
INSERT INTO lead_sources (id, lead, job, group_no, term_no, url, title, company, language,
    found_at)
VALUES ($c0, $c1, $c2, $c3, $c4, $c5, $c6, $c7, $c8, $c9)
ON CONFLICT (id) DO UPDATE SET lead = excluded.lead, job = excluded.job,
    group_no = excluded.group_no, term_no = excluded.term_no, url = excluded.url,
    title = excluded.title, company = excluded.company, language = excluded.language,
    found_at = excluded.found_at
