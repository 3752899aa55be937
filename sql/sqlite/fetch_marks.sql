-- $url: what its server said about the state of the page
SELECT etag, modified FROM page WHERE url = $url;
