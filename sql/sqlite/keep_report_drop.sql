-- $run
DELETE FROM report_files WHERE run = $run
