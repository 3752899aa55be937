-- Leads that nobody found anywhere.
SELECT count(*), coalesce(min(l.address), '')
FROM leads l
WHERE NOT EXISTS (SELECT 1 FROM lead_sources s WHERE s.lead = l.id)
