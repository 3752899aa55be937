-- A transaction that will write: the lock is taken at once, so it never has to be given up later.
BEGIN IMMEDIATE
