-- Which record this is.
SELECT id, created_at FROM record
