-- $id
DELETE FROM page_text WHERE id = $id;
