/* read_schedules.c - one query a list; each column goes into its field and nowhere else. */
#include "store/read_schedules.h"

#include <string.h>

static bool no_memory(struct err *err)
{
    return err_set(err, ERR_STOP, "record: out of memory for a list");
}

static int64_t instant(struct stmt *st, int i)
{
    return col_null(st, i) ? 0 : col_int(st, i);
}

/* Copies texts and remembers whether there was room for all of them. */
struct copier {
    struct arena *arena;
    struct stmt *st;
    bool full;
};

static const char *text(struct copier *c, int i)
{
    const char *copy = arena_text(c->arena, col_text(c->st, i));
    c->full = c->full || copy == NULL;
    return copy;
}

static const char *text_or_null(struct copier *c, int i)
{
    return col_null(c->st, i) || *col_text(c->st, i) == '\0' ? NULL : text(c, i);
}

/* An array that grows in the arena: what it outgrows stays there. */
struct rows {
    void *data;
    int32_t count, room;
    size_t size;
};

static void *add_row(struct rows *r, struct arena *arena)
{
    if (r->count == r->room) {
        int32_t room = r->room > 0 ? 2 * r->room : 64;
        void *bigger = arena_array(arena, (size_t)room, r->size);
        if (bigger == NULL)
            return NULL;
        if (r->count > 0)
            memcpy(bigger, r->data, (size_t)r->count * r->size);
        r->data = bigger;
        r->room = room;
    }
    return (char *)r->data + (size_t)r->count++ * r->size;
}

typedef void read_row(struct copier *c, void *row);

/* All rows of a statement that is bound. */
static bool read_all(struct stmt *st, struct arena *arena, size_t size, int32_t max, read_row *read,
                     struct rows *ret, struct err *err)
{
    struct copier c = {.arena = arena, .st = st};
    bool more = true;
    *ret = (struct rows){.size = size};
    while (ret->count < max) {
        if (!db_step(st, &more, err))
            return false;
        if (!more)
            return true;
        void *row = add_row(ret, arena);
        if (row != NULL)
            read(&c, row);
        if (row == NULL || c.full) {
            stmt_end(st);
            return no_memory(err);
        }
    }
    stmt_end(st);
    return true;
}

static void read_counts_of(struct stmt *st, struct schedule_row *s)
{
    s->runs = col_int(st, 15);
    s->successes = col_int(st, 16);
    s->failures = col_int(st, 17);
    s->skipped = col_int(st, 18);
    s->overlapped = col_int(st, 19);
    s->missed = col_int(st, 20);
    s->slots = col_int(st, 21);
}

static void read_schedule(struct copier *c, void *row)
{
    struct stmt *st = c->st;
    struct schedule_row *s = row;
    *s = (struct schedule_row){.id = col_uuid(st, 0),
                               .workspace = text(c, 1),
                               .name = text(c, 2),
                               .specification = text(c, 3),
                               .type = text(c, 4),
                               .config = text(c, 5),
                               .categories = text_or_null(c, 6),
                               .regions = text_or_null(c, 7),
                               .cadence = text_or_null(c, 8),
                               .enabled = col_int(st, 9) != 0,
                               .next_run_us = col_int(st, 11),
                               .last_run_us = instant(st, 12),
                               .last_status = text(c, 13),
                               .last_error = text(c, 14),
                               .paused_until_us = instant(st, 22),
                               .paused_note = text(c, 23),
                               .notes = text(c, 24),
                               .created_by = text(c, 25),
                               .created_us = col_int(st, 26),
                               .rev = col_int(st, 27),
                               .frequency = text(c, 28),
                               .spec_active = col_int(st, 29) != 0,
                               .last_success_us = instant(st, 30),
                               .ran = !col_null(st, 30),
                               .busy = col_int(st, 31) > 0,
                               .further = text_or_null(c, 32),
                               .after = text_or_null(c, 33)};
    (void)schedule_status_parse(col_text(st, 10), &s->status); /* the schema checks it */
    read_counts_of(st, s);
}

bool read_schedules(struct db *db, const char *workspace, const char *name, struct arena *arena,
                    struct schedule_row **ret, int32_t *ret_count, struct err *err)
{
    struct rows rows;
    struct stmt *st = db_stmt(db, SQL_LIST_SCHEDULES);
    stmt_text(st, "$workspace", workspace);
    stmt_text(st, "$name", name);
    if (!read_all(st, arena, sizeof **ret, READ_SCHEDULES_MAX, read_schedule, &rows, err))
        return false;
    *ret = rows.data;
    *ret_count = rows.count;
    return true;
}

static void read_spec(struct copier *c, void *row)
{
    *(struct spec_row *)row = (struct spec_row){.workspace = text(c, 0),
                                                .name = text(c, 1),
                                                .active = col_int(c->st, 2) != 0,
                                                .frequency = text(c, 3),
                                                .definition = text(c, 4),
                                                .rev = col_int(c->st, 5),
                                                .created_by = text(c, 6),
                                                .updated_us = col_int(c->st, 7),
                                                .schedules = col_int(c->st, 8),
                                                .last_success_us = instant(c->st, 9)};
}

bool read_specs(struct db *db, const char *workspace, const char *name, struct arena *arena,
                struct spec_row **ret, int32_t *ret_count, struct err *err)
{
    struct rows rows;
    struct stmt *st = db_stmt(db, SQL_LIST_SPECS);
    stmt_text(st, "$workspace", workspace);
    stmt_text(st, "$name", name);
    if (!read_all(st, arena, sizeof **ret, READ_SCHEDULES_MAX, read_spec, &rows, err))
        return false;
    *ret = rows.data;
    *ret_count = rows.count;
    return true;
}

static void read_run(struct copier *c, void *row)
{
    struct stmt *st = c->st;
    struct run_row *r = row;
    *r = (struct run_row){.id = col_uuid(st, 0),
                          .workspace = text(c, 1),
                          .schedule = text(c, 2),
                          .specification = text(c, 3),
                          .slot_us = instant(st, 5),
                          .attempt = (int32_t)col_int(st, 7),
                          .error = text(c, 8),
                          .report = text(c, 9),
                          .sha256 = text(c, 10),
                          .size_bytes = col_int(st, 11),
                          .items = col_int(st, 12),
                          .sources = col_int(st, 13),
                          .sources_failed = col_int(st, 14),
                          .created_us = col_int(st, 15),
                          .started_us = instant(st, 16),
                          .finished_us = instant(st, 17),
                          .period = text(c, 18),
                          .actor = text(c, 19),
                          .seen = !col_null(st, 20),
                          .not_before_us = col_int(st, 21)};
    (void)run_trigger_parse(col_text(st, 4), &r->trigger); /* the schema checks it */
    (void)run_status_parse(col_text(st, 6), &r->status);   /* the schema checks it */
}

bool read_runs(struct db *db, const struct run_filter *filter, struct arena *arena,
               struct run_row **ret, int32_t *ret_count, struct err *err)
{
    struct rows rows;
    bool few = filter->schedule != NULL || filter->run != NULL;
    struct stmt *st = db_stmt(db, few ? SQL_LIST_RUNS_FEW : SQL_LIST_RUNS);
    stmt_text(st, "$workspace", filter->workspace);
    stmt_text(st, "$schedule", filter->schedule);
    if (filter->run != NULL)
        stmt_uuid(st, "$run", *filter->run);
    stmt_int(st, "$failed", filter->failed);
    stmt_int(st, "$max", filter->max);
    if (!read_all(st, arena, sizeof **ret, READ_RUNS_MAX, read_run, &rows, err))
        return false;
    *ret = rows.data;
    *ret_count = rows.count;
    return true;
}

/* Why there is none. */
static bool no_report(struct db *db, struct uuid run, struct err *err)
{
    bool elsewhere;
    struct stmt *st = db_stmt(db, SQL_REPORT_ELSEWHERE);
    stmt_uuid(st, "$run", run);
    if (!db_step(st, &elsewhere, err))
        return false;
    stmt_end(st);
    if (!elsewhere)
        return err_set(err, ERR_REFUSED, "run: it has no report; `autopilot run show` says why");
    return err_set(err, ERR_REFUSED,
                   "run: its report is on the server; `autopilot run cat` fetches it");
}

bool read_report(struct db *db, struct uuid run, struct buf *html, struct buf *text,
                 struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(db, SQL_REPORT_GET);
    stmt_uuid(st, "$run", run);
    if (!db_step(st, &row, err))
        return false;
    if (!row)
        return no_report(db, run, err);
    if (html != NULL)
        buf_adds(html, col_text(st, 0)); /* written by us: no NUL inside */
    if (text != NULL)
        buf_adds(text, col_text(st, 1)); /* likewise */
    stmt_end(st);
    return (html == NULL || buf_ok(html)) && (text == NULL || buf_ok(text)) ? true : no_memory(err);
}

bool read_schedule_counts(struct db *db, const char *workspace, int64_t now_us,
                          struct schedule_counts *ret, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(db, SQL_SHOW_SCHEDULE_COUNTS);
    stmt_text(st, "$workspace", workspace);
    stmt_int(st, "$overdue", now_us - SCHEDULE_OVERDUE_US);
    *ret = (struct schedule_counts){0};
    if (!db_step(st, &row, err))
        return false;
    if (row)
        *ret = (struct schedule_counts){.active = col_int(st, 0),
                                        .paused = col_int(st, 1),
                                        .in_error = col_int(st, 2),
                                        .disabled = col_int(st, 3),
                                        .successes = col_int(st, 4),
                                        .failures = col_int(st, 5),
                                        .skipped = col_int(st, 6),
                                        .next_run_us = instant(st, 7),
                                        .overdue = col_int(st, 8),
                                        .unseen = col_int(st, 9),
                                        .running = col_int(st, 10),
                                        .queued = col_int(st, 11),
                                        .all = col_int(st, 12)};
    stmt_end(st);
    return true;
}
