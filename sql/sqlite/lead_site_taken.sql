-- $job, $mode, $site
SELECT 1 FROM sends WHERE job = $job AND mode = $mode AND site = $site LIMIT 1
