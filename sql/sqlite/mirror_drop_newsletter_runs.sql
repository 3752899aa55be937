-- $c0: the key of a row that is gone from the shared record.
DELETE FROM newsletter_runs WHERE seq = $c0
