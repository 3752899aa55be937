/* read_deliveries.c - see read_deliveries.h. */
#include "store/read_deliveries.h"

static bool read_row(struct stmt *st, struct arena *arena, struct delivery_row *ret)
{
    *ret = (struct delivery_row){.seq = col_int(st, 0),
                                 .workspace = arena_text(arena, col_text(st, 2)),
                                 .schedule = arena_text(arena, col_text(st, 3)),
                                 .target = arena_text(arena, col_text(st, 5)),
                                 .about = arena_text(arena, col_text(st, 6)),
                                 .attempt = (int32_t)col_int(st, 8),
                                 .not_before_us = col_int(st, 9),
                                 .created_us = col_int(st, 10),
                                 .finished_us = col_int(st, 11),
                                 .code = (int32_t)col_int(st, 12),
                                 .answer = arena_text(arena, col_text(st, 13))};
    if (!col_null(st, 1))
        ret->run = col_uuid(st, 1);
    (void)delivery_kind_parse(col_text(st, 4), &ret->kind);   /* the schema checks it */
    (void)delivery_state_parse(col_text(st, 7), &ret->state); /* likewise */
    return ret->workspace != NULL && ret->schedule != NULL && ret->target != NULL &&
           ret->about != NULL && ret->answer != NULL;
}

static void bind_text(struct stmt *st, const char *name, const char *text)
{
    if (text == NULL)
        stmt_null(st, name);
    else
        stmt_text(st, name, text);
}

bool read_deliveries(struct db *db, const struct delivery_filter *filter, struct arena *arena,
                     struct delivery_row **ret, int32_t *ret_count, struct err *err)
{
    bool row = true;
    struct delivery_row *rows = arena_array(arena, (size_t)filter->max, sizeof *rows);
    *ret_count = 0;
    if (rows == NULL)
        return err_set(err, ERR_STOP, "deliveries: out of memory");
    struct stmt *st = db_stmt(db, SQL_LIST_DELIVERIES);
    bind_text(st, "$workspace", filter->workspace);
    bind_text(st, "$state", filter->state);
    if (filter->run == NULL)
        stmt_null(st, "$run");
    else
        stmt_uuid(st, "$run", *filter->run);
    stmt_int(st, "$max", filter->max);
    while (row) {
        if (!db_step(st, &row, err))
            return false;
        if (row && !read_row(st, arena, &rows[*ret_count])) {
            stmt_end(st);
            return err_set(err, ERR_STOP, "deliveries: out of memory");
        }
        *ret_count += row;
    }
    *ret = rows;
    return true;
}
