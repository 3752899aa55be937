-- The oldest instant of the log.
SELECT min(at) FROM events
