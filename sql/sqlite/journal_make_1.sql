-- The journal's mark in its file: "apJN".
PRAGMA application_id = 0x61704A4E
