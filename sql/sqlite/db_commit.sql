-- Makes the transaction durable (synchronous=FULL: it is on the disk when this returns).
COMMIT
