-- $before. What the shared record dropped with its table.
DELETE FROM events WHERE at < $before
