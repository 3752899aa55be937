-- $seq, $engine, $gen, $until
UPDATE deliveries
SET state = 'going', attempt = attempt + 1, owner = $engine, journal_gen = $gen, until = $until
WHERE seq = $seq
