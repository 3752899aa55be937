-- $c0 ... $c10: a row as the shared record has it, in the order of the columns.
INSERT INTO search_groups (job, group_no, place, name, template, removed, state, counted, pass,
    draw_no, leads)
VALUES ($c0, $c1, $c2, $c3, $c4, $c5, $c6, $c7, $c8, $c9, $c10)
ON CONFLICT (job, group_no) DO UPDATE SET place = excluded.place, name = excluded.name,
    template = excluded.template, removed = excluded.removed, state = excluded.state,
    counted = excluded.counted, pass = excluded.pass, draw_no = excluded.draw_no,
    leads = excluded.leads
