/* agenda_pg_follow.c - decides what the followers of a run shall do, from what the server told of
 * them (ap.followers).
 *
 * The server carries the orders out in one go; so what an earlier follower gets is reckoned here,
 * for those behind it that are about the same specification. */
#include "agenda_pg.h"
#include "follow_rule.h"

#include "base/str.h"

#define FOLLOW_MEMORY ((size_t)4 << 20)

enum { AT_FACTS = 19 }; /* behind the columns of a due row */

/* What is known when a follower is decided about. */
struct knowledge {
    const json_t *rows; /* of all followers */
    size_t first;       /* of this one */
    const json_t *held; /* [schedule, specification] of runs whose period is held */
    const json_t *made; /* the orders so far */
};

static const json_t *facts_of(const json_t *row)
{
    return json_array_get(row, AT_FACTS);
}

static bool read_row(const json_t *json, struct arena *arena, struct follow_row *ret)
{
    const json_t *facts = facts_of(json);
    ret->slot_us = pg_get_int(facts, "slot");
    ret->filled = pg_get_bool(facts, "filled");
    ret->number = pg_get_int(facts, "no");
    return json_is_object(facts) && pgagenda_read_due(json, arena, &ret->due);
}

/* The follower whose first row is k->first. False: it is not as it should be, or no memory. */
static bool read_follower(const struct knowledge *k, struct arena *arena, struct following *f)
{
    size_t all = json_array_size(k->rows);
    for (f->count = 0; f->count < SCHEDULE_SPECS_MAX; f->count++) {
        size_t i = k->first + (size_t)f->count;
        if (i == all || (f->count > 0 && pg_get_int(facts_of(json_array_get(k->rows, i)), "no") !=
                                             f->row[0].number))
            return true;
        if (!read_row(json_array_get(k->rows, i), arena, &f->row[f->count]))
            return false;
    }
    return true;
}

static bool ran(void *ctx, const struct follow_row *row, int64_t from_us, int64_t to_us, bool *ret,
                struct err *err)
{
    (void)err; /* it is all here */
    const struct knowledge *k = ctx;
    size_t i, j;
    json_t *json, *at;
    *ret = false;
    json_array_foreach(k->rows, i, json)
    {
        struct uuid spec;
        const char *text = json_string_value(json_array_get(json, 1));
        if (text == NULL || !uuid_parse(text, &spec) || !uuid_equal(spec, row->due.specification))
            continue;
        json_array_foreach(json_object_get(facts_of(json), "near"), j, at) *ret =
            *ret || (json_integer_value(at) >= from_us && json_integer_value(at) < to_us);
    }
    return true;
}

/* Does this order make a run of the row's specification, one that new slots wait for? */
static bool makes_run(const json_t *order, const struct follow_row *row)
{
    struct uuid spec;
    return str_equal(pg_get_text(order, "what"), "run") && pg_get_uuid(order, "spec", &spec) &&
           uuid_equal(spec, row->due.specification);
}

static bool is_held(const struct knowledge *k, const struct follow_row *row)
{
    size_t i;
    json_t *pair;
    char schedule[UUID_TEXT_SIZE], spec[UUID_TEXT_SIZE];
    uuid_text(row->due.schedule, schedule);
    uuid_text(row->due.specification, spec);
    json_array_foreach(k->held, i, pair)
    {
        const char *a = json_string_value(json_array_get(pair, 0));
        const char *b = json_string_value(json_array_get(pair, 1));
        if (a != NULL && b != NULL && str_equal(a, schedule) && str_equal(b, spec))
            return true;
    }
    return false;
}

/* What those before it get; *ret_held as follow_decide() wants it. */
static void reckon(const struct knowledge *k, struct follow_row *row, bool *ret_held)
{
    size_t i;
    json_t *order;
    *ret_held = is_held(k, row);
    json_array_foreach(k->made, i, order)
    {
        if (!makes_run(order, row))
            continue;
        row->due.busy = row->due.busy || !row->filled;
        row->due.waiting = row->due.waiting || !row->filled;
        /* The period is the same slot's, and so is the specification's frequency. */
        *ret_held = *ret_held || json_is_string(json_object_get(order, "key"));
    }
}

static bool decide_one(const struct knowledge *k, struct following *f, json_t *orders,
                       struct err *err)
{
    bool held[SCHEDULE_SPECS_MAX];
    struct knowledge here = *k;
    const struct follow_past past = {ran, &here};
    for (int32_t i = 0; i < f->count; i++)
        reckon(k, &f->row[i], &held[i]);
    int32_t n = follow_decide(f, held, 0, &past, err); /* the server begins them at its own now */
    bool ok = n > 0;
    for (int32_t i = 0; ok && i < n; i++)
        ok = json_array_append_new(orders, pgagenda_order(&f->order[i])) == 0 ||
             err_set(err, ERR_STOP, "schedules: out of memory for those that follow");
    return ok;
}

json_t *pgagenda_follow(const json_t *rows, const json_t *held, struct err *err)
{
    bool ok = true;
    json_t *orders = json_array();
    size_t count = json_array_size(rows);
    for (size_t i = 0; ok && i < count;) {
        struct following f = {.count = 0};
        struct arena arena = arena_init(FOLLOW_MEMORY);
        struct knowledge k = {rows, i, held, orders};
        ok = read_follower(&k, &arena, &f) ? decide_one(&k, &f, orders, err)
                                           : pg_ask_odd("run_end", NULL, err);
        i += (size_t)f.count;
        arena_done(&arena);
    }
    if (ok)
        return orders;
    json_decref(orders);
    return NULL;
}
