-- $path
SELECT id, size, mtime_ns, inode, reason, hash FROM file WHERE path = $path;
