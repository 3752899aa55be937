-- Letters in hand.
SELECT count(*), coalesce(min(address), '')
FROM sends
WHERE state IN ('claimed', 'committing')
