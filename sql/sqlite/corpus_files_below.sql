-- $path, $low, $high: files at the path or below it, with the bytes in front of the relative path
SELECT f.id, f.path, f.reason, f.hash, r.prefix
FROM file AS f
JOIN root AS r ON r.id = f.root
WHERE f.path = $path OR (f.path >= $low AND f.path < $high)
ORDER BY f.id;
