-- $relation
SELECT before FROM keeping WHERE relation = $relation
