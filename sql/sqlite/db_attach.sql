-- $file: an SQLite URI, $schema: the name it gets.
ATTACH $file AS $schema
