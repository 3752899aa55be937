-- What was applied to this file.
SELECT version, name, sha256 FROM schema_migrations ORDER BY version
