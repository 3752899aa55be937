-- $id, $now. The authority has the verdict.
UPDATE letters SET done_at = $now WHERE id = $id AND done_at IS NULL
