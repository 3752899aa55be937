-- $pages, $bytes: what is beyond so many pages or bytes goes, the longest unused first
DELETE FROM page
WHERE rowid IN (
    SELECT id
    FROM (
        SELECT
            rowid AS id,
            row_number() OVER latest AS pages,
            sum(bytes) OVER latest AS bytes
        FROM page
        WINDOW latest AS (ORDER BY used_at_us DESC, rowid ROWS UNBOUNDED PRECEDING)
    ) AS so_far
    WHERE so_far.pages > $pages OR so_far.bytes > $bytes
);
