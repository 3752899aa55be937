-- Groups that hold more places in a cycle than the greatest max_emails_per_group in force.
SELECT count(*), coalesce(min(name), '')
FROM (SELECT g.name
      FROM sends s
      JOIN automation_process_state p ON p.job = s.job
      JOIN search_groups g ON g.job = s.job AND g.group_no = s.group_no
      WHERE s.state IN ('claimed', 'committing', 'sent', 'simulated', 'in_doubt')
      GROUP BY s.job, s.mode, s.cycle, s.group_no
      HAVING count(*) > p.most_per_group)
