-- $query: quoted strings only; $limit, $offset. bm25 is rounded so that pages which are as good as
-- one another are in the order of their paths, whatever the last digits are; it is of the order of
-- 0.000001 for words that are on more than half of the pages, so many digits are kept.
SELECT f.id
FROM page_index
JOIN file AS f ON f.id = page_index.rowid
JOIN root AS r ON r.id = f.root
WHERE page_index MATCH $query
ORDER BY round(bm25(page_index), 12), substr(f.path, r.prefix + 1), f.path
LIMIT $limit OFFSET $offset;
