-- $low, $high: the range of paths below $root, which takes over what roots in there had
UPDATE file SET root = $root WHERE path >= $low AND path < $high;
