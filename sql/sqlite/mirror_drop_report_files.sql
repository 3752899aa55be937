-- $c0: the key of a row that is gone from the shared record.
DELETE FROM report_files WHERE run = $c0
