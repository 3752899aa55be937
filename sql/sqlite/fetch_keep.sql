-- $url, $etag, $modified, $type, $body, $bytes, $now: the page as it is now
INSERT OR REPLACE INTO page (url, etag, modified, type, body, bytes, used_at_us)
VALUES ($url, $etag, $modified, $type, $body, $bytes, $now);
