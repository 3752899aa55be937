/* read_kinds.c - two lists, each read row by row into the arena. */
#include "store/read_kinds.h"

#include "domain/schedule.h"

static bool no_memory(struct err *err)
{
    return err_set(err, ERR_STOP, "record: out of memory for a list");
}

/* NULL stays NULL; *whole is false once there was no memory. */
static const char *text(struct stmt *st, int i, struct arena *arena, bool *whole)
{
    const char *copy = col_null(st, i) ? NULL : arena_text(arena, col_text(st, i));
    *whole = *whole && (copy != NULL || col_null(st, i));
    return copy;
}

bool read_schedule_specs(struct db *db, struct uuid schedule, struct arena *arena,
                         struct schedule_spec_row **ret, int32_t *ret_count, struct err *err)
{
    bool row = true, whole = true;
    int32_t count = 0;
    struct schedule_spec_row *rows = arena_array(arena, SCHEDULE_SPECS_MAX, sizeof *rows);
    if (rows == NULL)
        return no_memory(err);
    struct stmt *st = db_stmt(db, SQL_SCHEDULE_PARTS);
    stmt_uuid(st, "$schedule", schedule);
    while (whole && count < SCHEDULE_SPECS_MAX) {
        if (!db_step(st, &row, err))
            return false;
        if (!row)
            break;
        rows[count++] =
            (struct schedule_spec_row){.name = text(st, 2, arena, &whole),
                                       .frequency = text(st, 3, arena, &whole),
                                       .active = col_int(st, 4) != 0,
                                       .ran = !col_null(st, 5),
                                       .last_success_us = col_null(st, 5) ? 0 : col_int(st, 5)};
    }
    if (row)
        stmt_end(st);
    *ret = rows;
    *ret_count = count;
    return whole || no_memory(err);
}

static struct schedule_template_row read_template(struct stmt *st, struct arena *arena, bool *whole)
{
    return (struct schedule_template_row){.workspace = text(st, 0, arena, whole),
                                          .name = text(st, 1, arena, whole),
                                          .type = text(st, 2, arena, whole),
                                          .config = text(st, 3, arena, whole),
                                          .categories = text(st, 4, arena, whole),
                                          .regions = text(st, 5, arena, whole),
                                          .cadence = text(st, 6, arena, whole),
                                          .notes = text(st, 7, arena, whole),
                                          .created_by = text(st, 8, arena, whole),
                                          .rev = col_int(st, 9),
                                          .updated_us = col_int(st, 10)};
}

bool read_schedule_templates(struct db *db, const char *workspace, const char *name,
                             struct arena *arena, struct schedule_template_row **ret,
                             int32_t *ret_count, struct err *err)
{
    bool row = true, whole = true;
    int32_t count = 0;
    struct schedule_template_row *rows = arena_array(arena, SCHEDULE_TEMPLATES_MAX, sizeof *rows);
    if (rows == NULL)
        return no_memory(err);
    struct stmt *st = db_stmt(db, SQL_LIST_SCHEDULE_TEMPLATES);
    stmt_text(st, "$workspace", workspace);
    stmt_text(st, "$name", name);
    stmt_int(st, "$max", SCHEDULE_TEMPLATES_MAX);
    while (whole && row && count < SCHEDULE_TEMPLATES_MAX) {
        if (!db_step(st, &row, err))
            return false;
        if (row)
            rows[count++] = read_template(st, arena, &whole);
    }
    if (row)
        stmt_end(st);
    *ret = rows;
    *ret_count = count;
    return whole || no_memory(err);
}
