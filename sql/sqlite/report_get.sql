-- $run. The report as it was made.
SELECT html, text, sha256 FROM report_files WHERE run = $run
