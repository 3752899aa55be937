-- $engine, $gen. The earliest instant at which there is something to bring.
SELECT min(CASE WHEN d.state = 'waiting' THEN d.not_before
                WHEN d.owner = $engine AND d.journal_gen < $gen THEN 0 ELSE d.until END)
FROM deliveries d INDEXED BY deliveries_open
WHERE d.state = 'waiting' OR d.state = 'going'
