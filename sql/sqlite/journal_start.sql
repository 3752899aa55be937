-- One more start.
UPDATE identity SET starts = starts + 1 RETURNING starts
