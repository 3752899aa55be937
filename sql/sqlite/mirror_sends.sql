-- $c0 ... $c22: a row as the shared record has it, in the order of the columns.
INSERT INTO sends (seq, id, job, mode, lead, source, address, site, group_no, term_no, cycle,
    state, attempt, owner, epoch, queued_at, claimed_at, decided_at, retry_at, code, reason,
    sha256, heard)
VALUES ($c0, $c1, $c2, $c3, $c4, $c5, $c6, $c7, $c8, $c9, $c10, $c11, $c12, $c13, $c14, $c15,
    $c16, $c17, $c18, $c19, $c20, $c21, $c22)
ON CONFLICT (seq) DO UPDATE SET id = excluded.id, job = excluded.job, mode = excluded.mode,
    lead = excluded.lead, source = excluded.source, address = excluded.address,
    site = excluded.site, group_no = excluded.group_no, term_no = excluded.term_no,
    cycle = excluded.cycle, state = excluded.state, attempt = excluded.attempt,
    owner = excluded.owner, epoch = excluded.epoch, queued_at = excluded.queued_at,
    claimed_at = excluded.claimed_at, decided_at = excluded.decided_at,
    retry_at = excluded.retry_at, code = excluded.code, reason = excluded.reason,
    sha256 = excluded.sha256, heard = excluded.heard
