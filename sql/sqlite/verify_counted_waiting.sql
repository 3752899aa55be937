-- Terms whose counters of waiting rows differ from the ledger.
SELECT count(*), coalesce(min(text), '')
FROM (SELECT t.text
      FROM search_terms t
      JOIN automation_jobs j ON j.id = t.job
      LEFT JOIN sends s ON s.job = t.job AND s.term_no = t.term_no AND s.mode = j.mode
            AND (s.state = 'queued' OR s.state = 'deferred')
      WHERE t.removed = 0
      GROUP BY t.job, t.term_no
      HAVING coalesce(sum(s.state = 'queued'), 0) <> t.queued
          OR coalesce(sum(s.state = 'deferred'), 0) <> t.deferred)
