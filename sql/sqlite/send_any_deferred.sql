-- $mode. Is any letter put off?
SELECT EXISTS (SELECT 1 FROM sends WHERE mode = $mode AND state = 'deferred')
