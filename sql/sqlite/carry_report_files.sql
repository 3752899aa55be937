-- The report of a run, in the order of the runs' names: what it is compared by, and where it is.
SELECT json_object('run', hex(run), 'sha256', sha256, 'html', hex(html), 'text', hex(text)), run
FROM report_files ORDER BY run
