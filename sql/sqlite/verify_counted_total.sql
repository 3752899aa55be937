-- Jobs whose total differs from the rows of their mode that hold a place.
SELECT count(*), coalesce(min(name), '')
FROM (SELECT j.name
      FROM automation_jobs j
      LEFT JOIN sends s ON s.job = j.id AND s.mode = j.mode
            AND s.state IN ('claimed', 'committing', 'sent', 'simulated', 'in_doubt')
      GROUP BY j.id
      HAVING count(s.seq) <> j.total_emails_sent)
