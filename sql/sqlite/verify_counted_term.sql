-- Terms whose counter differs from their rows of this cycle that hold a place.
SELECT count(*), coalesce(min(text), '')
FROM (SELECT t.text
      FROM search_terms t
      JOIN automation_jobs j ON j.id = t.job
      JOIN automation_process_state p ON p.job = t.job
      LEFT JOIN sends s ON s.job = t.job AND s.term_no = t.term_no AND s.cycle = p.cycle
            AND s.mode = j.mode
            AND s.state IN ('claimed', 'committing', 'sent', 'simulated', 'in_doubt')
      WHERE t.removed = 0
      GROUP BY t.job, t.term_no
      HAVING count(s.seq) <> t.counted)
