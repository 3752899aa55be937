-- Terms that hold more places in a cycle than the greatest loop_interval that was in force.
SELECT count(*), coalesce(min(text), '')
FROM (SELECT t.text
      FROM sends s
      JOIN automation_process_state p ON p.job = s.job
      JOIN search_terms t ON t.job = s.job AND t.term_no = s.term_no
      WHERE s.state IN ('claimed', 'committing', 'sent', 'simulated', 'in_doubt')
      GROUP BY s.job, s.mode, s.cycle, s.term_no
      HAVING count(*) > p.most_per_term)
