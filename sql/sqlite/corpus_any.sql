-- Whether there is a page at all.
SELECT EXISTS (SELECT 1 FROM file WHERE reason = 0);
