-- $run, $sha256, $html, $text. The report of a run as the run's row has it; nothing when it differs.
INSERT INTO report_files (run, sha256, html, text)
SELECT r.id, $sha256, $html, $text FROM newsletter_runs r
WHERE r.id = $run AND r.status = 'success' AND r.sha256 = $sha256 AND r.bytes = length($html)
ON CONFLICT (run) DO UPDATE
SET sha256 = excluded.sha256, html = excluded.html, text = excluded.text
