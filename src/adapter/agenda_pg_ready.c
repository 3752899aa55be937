/* agenda_pg_ready.c - slots made ready before their instant
 * (sql/postgres/functions/34_ready.sql). */
#include "agenda_pg.h"

#include "base/fp.h"

static bool no_memory(struct err *err)
{
    return err_set(err, ERR_STOP, "schedules: out of memory for slots that are ready");
}

bool pgagenda_soon(struct agenda *base, const struct soon_place *place, int64_t within_us,
                   struct arena *arena, struct due_row **ret, int32_t *ret_count,
                   int64_t *ret_now_us, struct err *err)
{
    json_t *q = json_pack("{s:I,s:o,s:I}", "at", (json_int_t)place->due_us, "id",
                          pg_name(place->schedule), "within", (json_int_t)within_us);
    return pgagenda_read_rows(base, "agenda_soon", q, arena, ret, ret_count, ret_now_us, err);
}

bool pgagenda_ready(struct agenda *base, struct uuid engine, int64_t journal_gen,
                    const struct slot_order *orders, int32_t count, struct arena *arena,
                    struct run_work *ret, int32_t *ret_count, struct err *err)
{
    json_t *works, *list = json_array();
    bool ok = list != NULL;
    for (int32_t i = 0; i < count; i++)
        ok = json_array_append_new(list, pgagenda_order(&orders[i])) == 0 && ok;
    json_t *q = ok ? json_pack("{s:o,s:I,s:O}", "engine", pg_name(engine), "gen",
                               (json_int_t)journal_gen, "orders", list)
                   : NULL;
    json_decref(list);
    *ret_count = 0;
    FP("agenda_ready_before");
    if (!pg_ask(&pgagenda_of(base)->ask, "agenda_ready", q, &works, err))
        return false;
    FP("agenda_ready_after");
    size_t n = 0, had = json_array_size(works);
    if (had > (size_t)count)
        return pg_ask_odd("agenda_ready", works, err);
    while (n < had && pgagenda_read_work(json_array_get(works, n), arena, &ret[n]))
        n++;
    json_decref(works);
    *ret_count = (int32_t)n;
    return n == had || no_memory(err); /* what was not read does not begin: others deal with it */
}

static json_t *batches_of(struct uuid engine, int64_t journal_gen, const int64_t *batches,
                          int32_t count)
{
    json_t *list = json_array();
    bool ok = list != NULL;
    for (int32_t i = 0; i < count; i++)
        ok = ok && json_array_append_new(list, json_integer(batches[i])) == 0;
    json_t *q = ok ? json_pack("{s:o,s:I,s:O}", "engine", pg_name(engine), "gen",
                               (json_int_t)journal_gen, "batches", list)
                   : NULL;
    json_decref(list);
    return q;
}

static bool read_gone(const json_t *list, struct arena *arena, struct ready_gone **ret,
                      int32_t *ret_count)
{
    size_t i;
    const json_t *pair;
    struct ready_gone *gone = arena_array(arena, json_array_size(list) + 1, sizeof *gone);
    bool ok = gone != NULL && json_is_array(list);
    json_array_foreach((json_t *)list, i, pair)
    {
        const json_t *run = json_array_get(pair, 1);
        ok = ok && json_is_string(run) && uuid_parse(json_string_value(run), &gone[i].run);
        if (ok)
            gone[i].batch = json_integer_value(json_array_get(pair, 0));
    }
    *ret = gone;
    *ret_count = ok ? (int32_t)json_array_size(list) : 0;
    return ok;
}

static bool is_among(const json_t *list, int64_t batch)
{
    size_t i;
    const json_t *v;
    json_array_foreach((json_t *)list, i, v) if (json_integer_value(v) == batch) return true;
    return false;
}

bool pgagenda_begin(struct agenda *base, struct uuid engine, int64_t journal_gen,
                    const int64_t *batches, int32_t count, bool *begun, struct arena *arena,
                    struct ready_gone **ret_gone, int32_t *ret_gone_count, struct err *err)
{
    json_t *answer, *q = batches_of(engine, journal_gen, batches, count);
    *ret_gone_count = 0;
    FP("agenda_begin_before");
    if (!pg_ask(&pgagenda_of(base)->ask, "agenda_begin", q, &answer, err))
        return false;
    FP("agenda_begin_after");
    if (!read_gone(json_object_get(answer, "gone"), arena, ret_gone, ret_gone_count))
        return pg_ask_odd("agenda_begin", answer, err);
    const json_t *list = json_object_get(answer, "begun");
    for (int32_t i = 0; i < count; i++)
        begun[i] = is_among(list, batches[i]);
    json_decref(answer);
    return true;
}

bool pgagenda_settle(struct agenda *base, struct uuid engine, int64_t journal_gen,
                     const int64_t *batches, int32_t count, struct err *err)
{
    FP("agenda_settle_before");
    bool ok = pg_ask(&pgagenda_of(base)->ask, "agenda_settle",
                     batches_of(engine, journal_gen, batches, count), NULL, err);
    FP("agenda_settle_after");
    return ok;
}
