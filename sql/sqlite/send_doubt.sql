-- $seq, $reason. Not decided: the engine that had it may still tell.
UPDATE sends SET state = 'in_doubt', reason = $reason, decided_at = NULL WHERE seq = $seq
