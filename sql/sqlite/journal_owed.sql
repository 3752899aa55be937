-- What the record must still be told, in the order in which it was asked for.
SELECT workspace, job, want, actor FROM owed ORDER BY asked_at, workspace, job
