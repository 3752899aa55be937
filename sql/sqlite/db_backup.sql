-- $path: a file that does not exist yet. A copy of the record before its schema is changed.
VACUUM INTO $path
