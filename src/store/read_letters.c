/* read_letters.c - letters in doubt come from their own small index; held ones have none, so the
 * ledger is read from its end and only until as many were met as the counts say there are. */
#include "store/read_letters.h"

#include "base/str.h"

bool read_letter_counts(struct db *db, const char *workspace, const struct uuid *job,
                        struct letter_counts *ret, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(db, SQL_SHOW_LETTER_COUNTS);
    stmt_text(st, "$workspace", workspace);
    if (job != NULL)
        stmt_uuid(st, "$job", *job);
    *ret = (struct letter_counts){0};
    for (;;) {
        if (!db_step(st, &row, err))
            return false;
        if (!row)
            return true;
        if (str_equal(col_text(st, 0), "held"))
            ret->held = col_int(st, 1);
        else
            ret->in_doubt = col_int(st, 1);
    }
}

struct found {
    struct arena *arena;
    struct letter_row *row;
    int32_t count, max;
    bool full; /* there is no memory for more */
};

static const char *keep(struct found *f, const char *text)
{
    const char *copy = arena_text(f->arena, text);
    f->full = f->full || copy == NULL;
    return copy;
}

static void add(struct found *f, struct stmt *st)
{
    struct letter_row *r = &f->row[f->count++];
    *r = (struct letter_row){
        .seq = col_int(st, 0),
        .id = col_uuid(st, 1),
        .workspace = keep(f, col_text(st, 2)),
        .job = keep(f, col_text(st, 3)),
        .group = keep(f, col_text(st, 4)),
        .term = keep(f, col_text(st, 5)),
        .address = keep(f, col_text(st, 6)),
        .company = keep(f, col_text(st, 7)),
        .reason = keep(f, col_text(st, 10)),
        .cycle = (int32_t)col_int(st, 11),
        .attempt = (int32_t)col_int(st, 12),
        .code = (int32_t)col_int(st, 13),
        .queued_at_us = col_int(st, 14),
        .claimed_at_us = col_int(st, 15),
        .decided_at_us = col_int(st, 16),
    };
    (void)send_state_parse(col_text(st, 8), &r->state); /* the schema checks it */
    (void)mail_mode_parse(col_text(st, 9), &r->mode);   /* likewise */
}

/* Takes at most `most` rows of a statement. */
static bool collect(struct found *f, struct stmt *st, const char *workspace, const struct uuid *job,
                    int64_t most, struct err *err)
{
    stmt_text(st, "$workspace", workspace);
    if (job != NULL)
        stmt_uuid(st, "$job", *job);
    stmt_int(st, "$max", most);
    for (bool row = true; row && !f->full;) {
        if (!db_step(st, &row, err))
            return false;
        if (row && f->count < f->max)
            add(f, st);
    }
    stmt_end(st);
    return !f->full || err_set(err, ERR_STOP, "record: there is no memory for the list of letters");
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

bool read_letters(struct db *db, const char *workspace, const struct uuid *job,
                  const struct letter_counts *counts, int32_t max, struct arena *arena,
                  struct letter_row **ret, int32_t *ret_count, struct err *err)
{
    struct found f = {.arena = arena, .max = 2 * max};
    f.row = arena_array(arena, (size_t)f.max, sizeof *f.row);
    if (f.row == NULL)
        return err_set(err, ERR_STOP, "record: there is no memory for the list of letters");
    if (!db_begin_read(db, err))
        return false;
    int64_t doubt = least(counts->in_doubt, max), held = least(counts->held, max);
    bool ok =
        (doubt == 0 ||
         collect(&f, db_stmt(db, SQL_SHOW_LETTERS_IN_DOUBT), workspace, job, doubt, err)) &&
        (held == 0 || collect(&f, db_stmt(db, SQL_SHOW_LETTERS_HELD), workspace, job, held, err));
    db_end_read(db);
    *ret = f.row;
    *ret_count = f.count;
    return ok;
}
