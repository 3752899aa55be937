-- $seq, $heard. What was heard of a letter, the highest in rank.
UPDATE sends SET heard = $heard WHERE seq = $seq
