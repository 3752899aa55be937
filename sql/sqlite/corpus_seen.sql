-- $id
INSERT OR IGNORE INTO seen (id) VALUES ($id);
