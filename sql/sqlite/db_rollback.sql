-- Takes the transaction back.
ROLLBACK
