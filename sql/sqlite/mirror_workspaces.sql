-- $c0 ... $c3: a row as the shared record has it, in the order of the columns.
INSERT INTO workspaces (id, name, created_at, deleted_at)
VALUES ($c0, $c1, $c2, $c3)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, created_at = excluded.created_at,
    deleted_at = excluded.deleted_at
