-- $path, $prefix: the bytes in front of a relative path
INSERT INTO root (path, prefix) VALUES ($path, $prefix);
