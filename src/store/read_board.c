/* read_board.c - three short queries over indexes that hold only what is open, so that the Dash may
 * ask after each change, however many runs there have been. */
#include "store/read_board.h"

static bool no_memory(struct err *err)
{
    return err_set(err, ERR_STOP, "record: out of memory for the schedules of the dash");
}

static bool read_next(struct db *db, const char *workspace, struct arena *arena,
                      struct schedule_board *ret, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(db, SQL_SHOW_NEXT_SCHEDULES);
    stmt_text(st, "$workspace", workspace);
    stmt_int(st, "$max", BOARD_NEXT_MAX);
    ret->next = arena_array(arena, BOARD_NEXT_MAX, sizeof *ret->next);
    if (ret->next == NULL)
        return no_memory(err);
    for (;;) {
        if (!db_step(st, &row, err))
            return false;
        if (!row)
            return true;
        struct board_next *n = &ret->next[ret->next_count++];
        *n = (struct board_next){.id = col_uuid(st, 0),
                                 .name = arena_text(arena, col_text(st, 1)),
                                 .specification = arena_text(arena, col_text(st, 2)),
                                 .next_run_us = col_int(st, 3)};
        if (n->name == NULL || n->specification == NULL) {
            stmt_end(st);
            return no_memory(err);
        }
    }
}

static bool read_needs(struct db *db, const char *workspace, int64_t now_us, struct arena *arena,
                       struct schedule_board *ret, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(db, SQL_SHOW_SCHEDULE_NEEDS);
    stmt_text(st, "$workspace", workspace);
    stmt_int(st, "$overdue", now_us - SCHEDULE_OVERDUE_US);
    stmt_int(st, "$max", BOARD_NEEDS_MAX);
    ret->need = arena_array(arena, BOARD_NEEDS_MAX, sizeof *ret->need);
    if (ret->need == NULL)
        return no_memory(err);
    for (;;) {
        if (!db_step(st, &row, err))
            return false;
        if (!row)
            return true;
        struct board_need *n = &ret->need[ret->need_count++];
        *n = (struct board_need){.what = (enum board_what)col_int(st, 0),
                                 .name = arena_text(arena, col_text(st, 1)),
                                 .text = arena_text(arena, col_text(st, 2)),
                                 .at_us = col_int(st, 3)};
        if (n->name == NULL || n->text == NULL) {
            stmt_end(st);
            return no_memory(err);
        }
    }
}

bool read_schedule_board(struct db *db, const char *workspace, int64_t now_us, struct arena *arena,
                         struct schedule_board *ret, struct err *err)
{
    *ret = (struct schedule_board){0};
    return read_schedule_counts(db, workspace, now_us, &ret->counts, err) &&
           read_next(db, workspace, arena, ret, err) &&
           read_needs(db, workspace, now_us, arena, ret, err);
}
