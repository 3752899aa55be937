-- Pages, files that are none, and bytes on disk of the pages.
SELECT
    count(*) FILTER (WHERE reason = 0),
    count(*) FILTER (WHERE reason <> 0),
    coalesce(sum(size) FILTER (WHERE reason = 0), 0)
FROM file;
