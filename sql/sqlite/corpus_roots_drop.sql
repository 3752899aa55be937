-- $path, $low, $high: roots at the path or below it; $keep: but not this one
DELETE FROM root WHERE (path = $path OR (path >= $low AND path < $high)) AND id <> $keep;
