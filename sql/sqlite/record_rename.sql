-- $id, $at. A copy becomes the record it was made of.
UPDATE record SET id = $id, created_at = $at
