-- $seq, $now. Its own engine said that nobody can know: it need not be asked again.
UPDATE sends SET decided_at = $now WHERE seq = $seq AND decided_at IS NULL
