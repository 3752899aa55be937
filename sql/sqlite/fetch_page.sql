-- $url: the page as it was
SELECT body, type FROM page WHERE url = $url;
