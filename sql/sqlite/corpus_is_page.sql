-- $path: 1 when the file at the path is a page of the corpus
SELECT EXISTS (SELECT 1 FROM file WHERE path = $path AND reason = 0);
