-- $id, $title, $body
INSERT INTO page_text (id, title, body) VALUES ($id, $title, $body);
