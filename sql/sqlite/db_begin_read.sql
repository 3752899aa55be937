-- A transaction that only reads: several queries see one state.
BEGIN
