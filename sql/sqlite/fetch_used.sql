-- $url, $now: the page was of use
UPDATE page SET used_at_us = $now WHERE url = $url;
