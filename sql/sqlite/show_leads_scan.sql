-- $workspace (NULL: all), $before: only leads with a smaller id. What a filter looks at, the newest
-- first; read until enough were met.
SELECT l.id, l.address, l.company, l.name, l.job, coalesce(l.group_no, 0), coalesce(l.term_no, 0)
FROM leads l
WHERE l.id < $before
  AND ($workspace IS NULL OR l.workspace = (SELECT w.id FROM workspaces w WHERE w.name = $workspace))
ORDER BY l.id DESC
