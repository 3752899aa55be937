-- $c0 ... $c11: a row as the shared record has it, in the order of the columns.
INSERT INTO leads (id, workspace, address, shown, site, name, company, flags, job, group_no,
    term_no, found_at)
VALUES ($c0, $c1, $c2, $c3, $c4, $c5, $c6, $c7, $c8, $c9, $c10, $c11)
ON CONFLICT (id) DO UPDATE SET workspace = excluded.workspace, address = excluded.address,
    shown = excluded.shown, site = excluded.site, name = excluded.name,
    company = excluded.company, flags = excluded.flags, job = excluded.job,
    group_no = excluded.group_no, term_no = excluded.term_no, found_at = excluded.found_at
