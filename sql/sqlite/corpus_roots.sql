-- What was added, with what is in it.
SELECT
    r.path,
    count(f.id) FILTER (WHERE f.reason = 0),
    count(f.id) FILTER (WHERE f.reason <> 0),
    coalesce(sum(f.size) FILTER (WHERE f.reason = 0), 0)
FROM root AS r
LEFT JOIN file AS f ON f.root = r.id
GROUP BY r.id
ORDER BY r.path;
