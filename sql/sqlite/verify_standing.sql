-- Jobs with more than one running group, more than one running term, or a running term outside the
-- running group.
SELECT count(*), coalesce(min(name), '')
FROM (SELECT j.name
      FROM automation_jobs j
      LEFT JOIN search_groups g ON g.job = j.id AND g.state = 'running' AND g.removed = 0
      LEFT JOIN search_terms t ON t.job = j.id AND t.state = 'running' AND t.removed = 0
      WHERE j.deleted_at IS NULL
      GROUP BY j.id
      HAVING count(DISTINCT g.group_no) > 1 OR count(DISTINCT t.term_no) > 1
          OR (count(t.term_no) > 0
              AND coalesce(min(t.group_no), -1) <> coalesce(min(g.group_no), -2)))
