-- $id: takes a page out of the index, before its text is dropped
INSERT INTO page_index (page_index, rowid, title, body)
SELECT 'delete', id, title, body FROM page_text WHERE id = $id;
