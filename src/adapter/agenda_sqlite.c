/* agenda_sqlite.c - opens the embedded agenda, and answers what is due.
 *
 * The idea: what is due is read without a transaction and decided outside; slots() compares what
 * was seen with what is there. So a look at an idle agenda costs one read. */
#include "agenda_sqlite.h"

#include "adapter/agenda_sqlite.h"
#include "base/str.h"

#include <stdlib.h>

struct auth *agenda_auth(struct agenda *a)
{
    return &((struct agenda_sqlite *)a)->auth;
}

void agenda_bind_text(struct stmt *st, const char *name, const char *text)
{
    if (text == NULL)
        stmt_null(st, name);
    else
        stmt_text(st, name, text);
}

void agenda_say(char dst[AGENDA_TEXT_MAX + 1], const char *name, const char *reason)
{
    (void)str_format(dst, AGENDA_TEXT_MAX + 1, "%s%s%s", name, reason[0] != '\0' ? ": " : "",
                     reason); /* a cut is fine: it is a reason */
}

static bool next_due(struct agenda *base, int64_t *ret_us, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(agenda_auth(base)->db, SQL_AGENDA_NEXT_DUE);
    if (!db_step(st, &row, err))
        return false;
    *ret_us = row && !col_null(st, 0) ? col_int(st, 0) : INT64_MAX;
    stmt_end(st);
    return true;
}

static int64_t instant(struct stmt *st, int i)
{
    return col_null(st, i) ? INT64_MIN : col_int(st, i);
}

bool agenda_read_due(struct stmt *st, struct arena *arena, struct due_row *ret)
{
    *ret = (struct due_row){.schedule = col_uuid(st, 0),
                            .specification = col_uuid(st, 1),
                            .name = arena_text(arena, col_text(st, 2)),
                            .type = arena_text(arena, col_text(st, 3)),
                            .config = arena_text(arena, col_text(st, 4)),
                            .next_run_us = col_int(st, 7),
                            .last_scheduled_us = instant(st, 8),
                            .created_us = col_int(st, 9),
                            .slot_count = col_int(st, 10),
                            .spec_active = col_int(st, 11) != 0,
                            .spec_name = arena_text(arena, col_text(st, 12)),
                            .frequency = arena_text(arena, col_text(st, 13)),
                            .last_success_us = instant(st, 14),
                            .busy = col_int(st, 15) > 0,
                            .waiting = col_int(st, 16) > 0,
                            .place = (int32_t)col_int(st, 17),
                            .follows = col_int(st, 18) != 0};
    (void)schedule_status_parse(col_text(st, 6), &ret->status); /* the schema checks it */
    if (!col_null(st, 5) && (ret->cadence = arena_text(arena, col_text(st, 5))) == NULL)
        return false;
    return ret->name != NULL && ret->type != NULL && ret->config != NULL &&
           ret->spec_name != NULL && ret->frequency != NULL;
}

/* How many rows there are of schedules that have all of theirs: the last one may have more. */
static int32_t whole_schedules(const struct due_row *rows, int32_t count)
{
    int32_t n = count;
    while (count == AGENDA_DUE_MAX && n > 0 &&
           uuid_equal(rows[n - 1].schedule, rows[count - 1].schedule))
        n--;
    return n > 0 ? n : count;
}

/* st: with its parameters but $now and $max. */
static bool read_rows(struct agenda *base, struct stmt *st, struct arena *arena,
                      struct due_row **ret, int32_t *ret_count, int64_t *ret_now_us,
                      struct err *err)
{
    struct auth *a = agenda_auth(base);
    bool row = true;
    struct due_row *rows = arena_array(arena, AGENDA_DUE_MAX, sizeof *rows);
    *ret_count = 0;
    *ret_now_us = a->clock->ops->now_us(a->clock);
    if (rows == NULL)
        return err_set(err, ERR_STOP, "schedules: out of memory for what is due");
    stmt_int(st, "$now", *ret_now_us);
    stmt_int(st, "$max", AGENDA_DUE_MAX);
    for (int32_t n = 0; row; n++) {
        if (!db_step(st, &row, err))
            return false;
        if (row && !agenda_read_due(st, arena, &rows[n])) {
            stmt_end(st);
            return err_set(err, ERR_STOP, "schedules: out of memory for what is due");
        }
        *ret_count = row ? n + 1 : n;
    }
    *ret = rows;
    *ret_count = whole_schedules(rows, *ret_count);
    return true;
}

static bool due(struct agenda *base, struct arena *arena, struct due_row **ret, int32_t *ret_count,
                int64_t *ret_now_us, struct err *err)
{
    struct stmt *st = db_stmt(agenda_auth(base)->db, SQL_AGENDA_DUE);
    return read_rows(base, st, arena, ret, ret_count, ret_now_us, err);
}

static bool ahead(struct agenda *base, struct uuid after, struct arena *arena, struct due_row **ret,
                  int32_t *ret_count, int64_t *ret_now_us, struct err *err)
{
    struct stmt *st = db_stmt(agenda_auth(base)->db, SQL_AGENDA_AHEAD);
    stmt_uuid(st, "$after", after);
    return read_rows(base, st, arena, ret, ret_count, ret_now_us, err);
}

static void agenda_free(struct agenda *base)
{
    if (base == NULL)
        return;
    db_close(agenda_auth(base)->db);
    free(base);
}

static const struct agenda_ops ops = {
    .kind = "sqlite",
    .next_due = next_due,
    .due = due,
    .ahead = ahead,
    .slots = agenda_slots,
    .run_take = agenda_run_take,
    .run_known = agenda_run_known,
    .run_renew = agenda_run_renew,
    .run_return = agenda_run_return,
    .run_end = agenda_run_end,
    .delivery_next = agenda_delivery_next,
    .delivery_take = agenda_delivery_take,
    .delivery_report = agenda_delivery_report,
    .delivery_end = agenda_delivery_end,
    .delivery_again = agenda_delivery_again,
    .upkeep = agenda_upkeep,
    .rules = agenda_rules,
    .member_put = agenda_member_put,
    .member_delete = agenda_member_delete,
    .spec_put = agenda_spec_put,
    .spec_delete = agenda_spec_delete,
    .schedule_put = agenda_schedule_put,
    .schedule_get = agenda_schedule_get,
    .schedule_delete = agenda_schedule_delete,
    .template_put = agenda_template_put,
    .template_delete = agenda_template_delete,
    .schedule_control = agenda_schedule_control,
    .run_ask = agenda_run_ask,
    .backfill = agenda_backfill,
    .run_cancel = agenda_run_cancel,
    .run_seen = agenda_run_seen,
    .free = agenda_free,
};

bool agenda_sqlite_open_on(struct db *db, struct clock_port *clock, struct agenda **ret,
                           struct err *err)
{
    struct agenda_sqlite *s = calloc(1, sizeof *s);
    if (s == NULL)
        return err_set(err, ERR_STOP, "record: there is no memory for another agenda");
    s->base.ops = &ops;
    s->auth.db = db_share(db);
    s->auth.clock = clock;
    *ret = &s->base;
    return true;
}

bool agenda_sqlite_open(const char *path, struct clock_port *clock, struct agenda **ret,
                        struct err *err)
{
    struct db *db;
    if (!db_open(path, DB_CREATE, &db, err))
        return false;
    bool ok = agenda_sqlite_open_on(db, clock, ret, err);
    db_close(db); /* the agenda has its share */
    return ok;
}
