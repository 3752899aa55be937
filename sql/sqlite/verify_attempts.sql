-- Jobs whose letters were tried another number of times than the lines tell, where all are kept.
SELECT count(*), coalesce(min(name), '')
FROM (SELECT j.name,
             (SELECT coalesce(sum(s.attempt), 0) FROM sends s WHERE s.job = j.id) AS tried,
             (SELECT coalesce(sum(e.n1), 0) FROM events e
              WHERE e.job = j.id AND e.kind = 'claimed') AS told
      FROM automation_jobs j)
WHERE tried <> told AND NOT EXISTS (SELECT 1 FROM keeping WHERE relation = 'events')
