-- Is the file a copy of a shared record?
SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'mirror'
