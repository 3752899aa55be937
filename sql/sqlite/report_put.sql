-- $run, $sha256, $html, $text
INSERT INTO report_files (run, sha256, html, text) VALUES ($run, $sha256, $html, $text)
ON CONFLICT (run) DO UPDATE
SET sha256 = excluded.sha256, html = excluded.html, text = excluded.text
