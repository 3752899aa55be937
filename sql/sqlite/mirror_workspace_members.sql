-- $c0 ... $c3: a row as the shared record has it, in the order of the columns.
INSERT INTO workspace_members (workspace, member, role, added_at)
VALUES ($c0, $c1, $c2, $c3)
ON CONFLICT (workspace, member) DO UPDATE SET role = excluded.role, added_at = excluded.added_at
