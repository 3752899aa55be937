-- Specifications of which two reports are made at once, or whose period has two.
SELECT count(*), coalesce(min(name), '')
FROM (SELECT p.name
      FROM newsletter_runs r
      JOIN newsletter_specifications p ON p.id = r.specification_id
      WHERE r.status = 'running'
      GROUP BY p.id
      HAVING count(*) > 1
      UNION ALL
      SELECT p.name
      FROM newsletter_runs r
      JOIN newsletter_specifications p ON p.id = r.specification_id
      WHERE r.status IN ('queued', 'running', 'success') AND r.period_key IS NOT NULL
      GROUP BY p.id, r.period_key
      HAVING count(*) > 1)
