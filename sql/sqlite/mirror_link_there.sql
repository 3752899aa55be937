-- 2: the file is a copy of a shared record that knows over which way it was pulled.
SELECT count(*) FROM sqlite_schema
WHERE type = 'table' AND (name = 'mirror' OR name = 'mirror_link')
