-- $id
DELETE FROM file WHERE id = $id;
