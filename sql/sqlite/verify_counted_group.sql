-- Groups whose counter differs from their rows of this cycle that hold a place.
SELECT count(*), coalesce(min(name), '')
FROM (SELECT g.name
      FROM search_groups g
      JOIN automation_jobs j ON j.id = g.job
      JOIN automation_process_state p ON p.job = g.job
      LEFT JOIN sends s ON s.job = g.job AND s.group_no = g.group_no AND s.cycle = p.cycle
            AND s.mode = j.mode
            AND s.state IN ('claimed', 'committing', 'sent', 'simulated', 'in_doubt')
      WHERE g.removed = 0
      GROUP BY g.job, g.group_no
      HAVING count(s.seq) <> g.counted)
