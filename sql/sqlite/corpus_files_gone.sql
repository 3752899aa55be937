-- $path, $low, $high: of these, the ones that the walk did not meet
SELECT f.id, f.path, f.reason, f.hash, r.prefix
FROM file AS f
JOIN root AS r ON r.id = f.root
WHERE (f.path = $path OR (f.path >= $low AND f.path < $high))
    AND f.id NOT IN (SELECT id FROM seen)
ORDER BY f.id;
