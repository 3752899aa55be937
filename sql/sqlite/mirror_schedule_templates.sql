-- $c0 ... $c13: a row as the shared record has it, in the order of the columns.
INSERT INTO schedule_templates (id, workspace, name, schedule_type, schedule_config,
    categories_override, regions_override, cadence_override, notes, rev, created_by, created_at,
    updated_at, deleted_at)
VALUES ($c0, $c1, $c2, $c3, $c4, $c5, $c6, $c7, $c8, $c9, $c10, $c11, $c12, $c13)
ON CONFLICT (id) DO UPDATE SET workspace = excluded.workspace, name = excluded.name,
    schedule_type = excluded.schedule_type, schedule_config = excluded.schedule_config,
    categories_override = excluded.categories_override,
    regions_override = excluded.regions_override, cadence_override = excluded.cadence_override,
    notes = excluded.notes, rev = excluded.rev, created_by = excluded.created_by,
    created_at = excluded.created_at, updated_at = excluded.updated_at,
    deleted_at = excluded.deleted_at
