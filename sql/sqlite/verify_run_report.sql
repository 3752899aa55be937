-- Runs that made a report that is not there or is another one, and reports of no run that made one. A
-- copy (it has the table "mirror") fetches a report when it is asked for.
SELECT count(*), coalesce(min(report), '')
FROM (SELECT r.report
      FROM newsletter_runs r
      LEFT JOIN report_files f ON f.run = r.id
      WHERE r.status = 'success' AND r.report <> ''
        AND ((f.run IS NULL
              AND NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'mirror'))
             OR f.sha256 <> r.sha256 OR length(f.html) <> r.bytes)
      UNION ALL
      SELECT hex(f.run)
      FROM report_files f
      LEFT JOIN newsletter_runs r ON r.id = f.run
      WHERE r.id IS NULL OR r.status <> 'success')
