-- Jobs whose groups were not drawn one after the other: draw numbers 1..draws, each once.
SELECT count(*), coalesce(min(name), '')
FROM (SELECT j.name
      FROM automation_jobs j
      JOIN automation_process_state p ON p.job = j.id
      LEFT JOIN search_groups g ON g.job = j.id AND g.draw_no > 0
      GROUP BY j.id
      HAVING count(DISTINCT g.draw_no) <> count(g.draw_no) OR coalesce(max(g.draw_no), 0) > p.draws)
