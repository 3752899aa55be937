-- $id, $title, $body
INSERT INTO page_index (rowid, title, body) VALUES ($id, $title, $body);
