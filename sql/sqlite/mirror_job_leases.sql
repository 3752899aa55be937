-- $c0 ... $c6: a row as the shared record has it, in the order of the columns.
INSERT INTO job_leases (job, engine, journal_gen, manual, epoch, until, released_at)
VALUES ($c0, $c1, $c2, $c3, $c4, $c5, $c6)
ON CONFLICT (job) DO UPDATE SET engine = excluded.engine, journal_gen = excluded.journal_gen,
    manual = excluded.manual, epoch = excluded.epoch, until = excluded.until,
    released_at = excluded.released_at
