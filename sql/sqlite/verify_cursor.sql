-- Terms whose cursor stands nowhere.
SELECT count(*), coalesce(min(text), '')
FROM search_terms
WHERE variation < 0 OR address < 0 OR counted < 0 OR queued < 0 OR deferred < 0
   OR (address > 0 AND ended = 1)
