/* agenda_pg.c - opens the shared agenda, and answers what is due
 * (sql/postgres/functions/30_agenda.sql). */
#include "agenda_pg.h"

#include "adapter/agenda_pg.h"

#include <stdlib.h>

struct pgagenda *pgagenda_of(struct agenda *a)
{
    return (struct pgagenda *)a;
}

static bool next_due(struct agenda *base, int64_t *ret_us, struct err *err)
{
    json_t *answer;
    if (!pg_ask(&pgagenda_of(base)->ask, "agenda_next_due", json_object(), &answer, err))
        return false;
    *ret_us = pg_get_or(answer, "at", INT64_MAX);
    json_decref(answer);
    return true;
}

static int64_t instant(const json_t *v)
{
    return json_is_integer(v) ? json_integer_value(v) : INT64_MIN;
}

bool pgagenda_read_due(const json_t *row, struct arena *arena, struct due_row *ret)
{
    const char *schedule, *spec, *name, *type, *config, *status, *spec_name, *frequency;
    json_t *cadence, *scheduled, *success;
    json_int_t next, created, slots;
    int active, busy, waiting, place, follows;
    if (json_unpack((json_t *)row, "[s,s,s,s,s,o,s,I,o,I,I,b,s,s,o,b,b,i,b]", &schedule, &spec,
                    &name, &type, &config, &cadence, &status, &next, &scheduled, &created, &slots,
                    &active, &spec_name, &frequency, &success, &busy, &waiting, &place,
                    &follows) != 0)
        return false;
    *ret = (struct due_row){.place = (int32_t)place,
                            .name = arena_text(arena, name),
                            .type = arena_text(arena, type),
                            .config = arena_text(arena, config),
                            .next_run_us = next,
                            .last_scheduled_us = instant(scheduled),
                            .created_us = created,
                            .slot_count = slots,
                            .spec_active = active != 0,
                            .spec_name = arena_text(arena, spec_name),
                            .frequency = arena_text(arena, frequency),
                            .last_success_us = instant(success),
                            .busy = busy != 0,
                            .waiting = waiting != 0,
                            .follows = follows != 0};
    if (json_is_string(cadence) &&
        (ret->cadence = arena_text(arena, json_string_value(cadence))) == NULL)
        return false;
    return uuid_parse(schedule, &ret->schedule) && uuid_parse(spec, &ret->specification) &&
           schedule_status_parse(status, &ret->status) && ret->name != NULL && ret->type != NULL &&
           ret->config != NULL && ret->spec_name != NULL && ret->frequency != NULL;
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

bool pgagenda_read_rows(struct agenda *base, const char *command, json_t *q, struct arena *arena,
                        struct due_row **ret, int32_t *ret_count, int64_t *ret_now_us,
                        struct err *err)
{
    json_t *answer, *row;
    size_t i;
    struct due_row *rows = arena_array(arena, AGENDA_DUE_MAX, sizeof *rows);
    *ret_count = 0;
    (void)json_object_set_new(q, "max", json_integer(AGENDA_DUE_MAX)); /* q NULL: pg_ask says so */
    if (rows == NULL) {
        json_decref(q);
        return err_set(err, ERR_STOP, "schedules: out of memory for what is due");
    }
    if (!pg_ask(&pgagenda_of(base)->ask, command, q, &answer, err))
        return false;
    const json_t *list = json_object_get(answer, "rows");
    bool ok = json_array_size(list) <= AGENDA_DUE_MAX;
    json_array_foreach(list, i, row) ok = ok && pgagenda_read_due(row, arena, &rows[i]);
    if (!ok)
        return pg_ask_odd(command, answer, err);
    *ret = rows;
    *ret_count = whole_schedules(rows, (int32_t)json_array_size(list));
    *ret_now_us = pg_get_int(answer, "now");
    json_decref(answer);
    return true;
}

static bool due(struct agenda *base, struct arena *arena, struct due_row **ret, int32_t *ret_count,
                int64_t *ret_now_us, struct err *err)
{
    return pgagenda_read_rows(base, "agenda_due", json_object(), arena, ret, ret_count, ret_now_us,
                              err);
}

static bool ahead(struct agenda *base, struct uuid after, struct arena *arena, struct due_row **ret,
                  int32_t *ret_count, int64_t *ret_now_us, struct err *err)
{
    json_t *q = json_pack("{s:o}", "after", pg_name(after));
    return pgagenda_read_rows(base, "agenda_ahead", q, arena, ret, ret_count, ret_now_us, err);
}

static void agenda_free(struct agenda *base)
{
    if (base == NULL)
        return;
    pg_link_free(pgagenda_of(base)->ask.link);
    free(base);
}

static const struct agenda_ops ops = {
    .kind = "pg",
    .next_due = next_due,
    .due = due,
    .ahead = ahead,
    .slots = pgagenda_slots,
    .soon = pgagenda_soon,
    .ready = pgagenda_ready,
    .begin = pgagenda_begin,
    .settle = pgagenda_settle,
    .run_take = pgagenda_run_take,
    .run_known = pgagenda_run_known,
    .run_renew = pgagenda_run_renew,
    .run_return = pgagenda_run_return,
    .run_end = pgagenda_run_end,
    .delivery_next = pgagenda_delivery_next,
    .delivery_take = pgagenda_delivery_take,
    .delivery_report = pgagenda_delivery_report,
    .delivery_end = pgagenda_delivery_end,
    .delivery_again = pgagenda_delivery_again,
    .upkeep = pgagenda_upkeep,
    .rules = pgagenda_rules,
    .member_put = pgagenda_member_put,
    .member_delete = pgagenda_member_delete,
    .spec_put = pgagenda_spec_put,
    .spec_delete = pgagenda_spec_delete,
    .schedule_put = pgagenda_schedule_put,
    .schedule_get = pgagenda_schedule_get,
    .schedule_delete = pgagenda_schedule_delete,
    .template_put = pgagenda_template_put,
    .template_delete = pgagenda_template_delete,
    .schedule_control = pgagenda_schedule_control,
    .run_ask = pgagenda_run_ask,
    .backfill = pgagenda_backfill,
    .run_cancel = pgagenda_run_cancel,
    .run_seen = pgagenda_run_seen,
    .free = agenda_free,
};

bool agenda_pg_open(struct pg_link *link, struct clock_port *clock, struct agenda **ret,
                    struct err *err)
{
    struct pgagenda *a = calloc(1, sizeof *a);
    if (a == NULL)
        return err_set(err, ERR_STOP, "record: there is no memory for another agenda");
    a->base.ops = &ops;
    a->ask = (struct pg_asker){.link = link, .clock = clock};
    *ret = &a->base;
    return true;
}
