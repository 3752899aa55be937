-- The log's mark in its file: "apLG".
PRAGMA application_id = 0x61704C47
