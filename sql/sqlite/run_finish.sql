-- $seq, $status, $error, $items, $sources, $sources_failed, $report, $sha256, $bytes, $now
UPDATE newsletter_runs
SET status = $status, error = $error, items = $items, sources = $sources,
    sources_failed = $sources_failed, report = $report, sha256 = $sha256, bytes = $bytes,
    finished_at = $now, until = NULL
WHERE seq = $seq
