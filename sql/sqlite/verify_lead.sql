-- Ledger rows whose lead or source is another one's.
SELECT count(*), coalesce(min(s.address), '')
FROM sends s
LEFT JOIN leads l ON l.id = s.lead
LEFT JOIN lead_sources f ON f.id = s.source
LEFT JOIN automation_jobs j ON j.id = s.job
WHERE l.id IS NULL OR l.address <> s.address OR f.id IS NULL OR f.lead <> s.lead OR f.job <> s.job
   OR j.id IS NULL OR j.workspace <> l.workspace
