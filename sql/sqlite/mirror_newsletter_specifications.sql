-- $c0 ... $c10: a row as the shared record has it, in the order of the columns.
INSERT INTO newsletter_specifications (id, workspace, name, active, frequency, definition, rev,
    created_by, created_at, updated_at, deleted_at)
VALUES ($c0, $c1, $c2, $c3, $c4, $c5, $c6, $c7, $c8, $c9, $c10)
ON CONFLICT (id) DO UPDATE SET workspace = excluded.workspace, name = excluded.name,
    active = excluded.active, frequency = excluded.frequency, definition = excluded.definition,
    rev = excluded.rev, created_by = excluded.created_by, created_at = excluded.created_at,
    updated_at = excluded.updated_at, deleted_at = excluded.deleted_at
