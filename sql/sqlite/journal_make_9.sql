-- The schema's version.
PRAGMA user_version = 2
