-- $root, $path, $size, $mtime, $inode, $reason, $hash
INSERT INTO file (root, path, size, mtime_ns, inode, reason, hash)
VALUES ($root, $path, $size, $mtime, $inode, $reason, $hash);
