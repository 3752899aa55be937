-- $id, $size, $mtime, $inode, $reason, $hash
UPDATE file
SET size = $size, mtime_ns = $mtime, inode = $inode, reason = $reason, hash = $hash
WHERE id = $id;
