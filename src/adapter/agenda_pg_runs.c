/* agenda_pg_runs.c - takes waiting runs, keeps them and gives them back
 * (sql/postgres/functions/32_runs.sql). */
#include "agenda_pg.h"

#include "base/clock.h"
#include "base/fp.h"

#define KNOWN_WITHIN_US (15 * US_PER_S) /* as commands (pg_ask.c) */

static bool no_memory(struct err *err)
{
    return err_set(err, ERR_STOP, "reports: out of memory for a run");
}

/* --- taking ----------------------------------------------------------------------------------- */

/* A text that may be null; false without memory. */
static bool text_or_null(const json_t *work, const char *key, struct arena *arena, const char **ret)
{
    const char *text = json_string_value(json_object_get(work, key));
    *ret = text != NULL ? arena_text(arena, text) : NULL;
    return text == NULL || *ret != NULL;
}

bool pgagenda_read_work(const json_t *w, struct arena *arena, struct run_work *ret)
{
    *ret = (struct run_work){.attempt = (int32_t)pg_get_int(w, "attempt"),
                             .slot_us = pg_get_or(w, "slot", INT64_MIN),
                             .period_us = pg_get_int(w, "period"),
                             .workspace = arena_text(arena, pg_get_text(w, "workspace")),
                             .spec_name = arena_text(arena, pg_get_text(w, "spec_name")),
                             .schedule_name = arena_text(arena, pg_get_text(w, "schedule_name")),
                             .definition = arena_text(arena, pg_get_text(w, "definition")),
                             .config = arena_text(arena, pg_get_text(w, "config")),
                             .last_success_us = pg_get_or(w, "last_success", INT64_MIN),
                             .fresh = pg_get_bool(w, "fresh"),
                             .batch = pg_get_or(w, "batch", 0),
                             .due_us = pg_get_or(w, "due", 0)};
    (void)pg_get_uuid(w, "schedule", &ret->schedule); /* none: zero */
    return pg_get_uuid(w, "run", &ret->run) && pg_get_uuid(w, "spec", &ret->specification) &&
           run_trigger_parse(pg_get_text(w, "trigger"), &ret->trigger) &&
           text_or_null(w, "categories", arena, &ret->categories) &&
           text_or_null(w, "regions", arena, &ret->regions) && ret->workspace != NULL &&
           ret->spec_name != NULL && ret->schedule_name != NULL && ret->definition != NULL &&
           ret->config != NULL;
}

/* They are taken: those that there is no memory for are given back, so that they don't wait for
 * their lane to be found dead. */
static bool give_back(struct agenda *base, struct uuid engine, int64_t gen, const json_t *works,
                      size_t from, struct err *err)
{
    struct run_piece pieces[AGENDA_RUNS_MAX];
    int32_t n = 0;
    for (size_t i = from; i < json_array_size(works) && n < AGENDA_RUNS_MAX; i++) {
        const json_t *w = json_array_get(works, i);
        pieces[n].attempt = (int32_t)pg_get_int(w, "attempt");
        n += pg_get_uuid(w, "run", &pieces[n].run);
    }
    return pgagenda_run_return(base, engine, gen, pieces, n, err);
}

bool pgagenda_run_take(struct agenda *base, struct uuid engine, int64_t journal_gen, int32_t max,
                       struct arena *arena, struct run_work *ret, int32_t *ret_count,
                       struct err *err)
{
    json_t *works;
    int32_t most = max < AGENDA_RUNS_MAX ? max : AGENDA_RUNS_MAX;
    json_t *q = json_pack("{s:o,s:I,s:i}", "engine", pg_name(engine), "gen",
                          (json_int_t)journal_gen, "max", most);
    *ret_count = 0;
    FP("agenda_run_take_before");
    if (!pg_ask(&pgagenda_of(base)->ask, "run_take", q, &works, err))
        return false;
    FP("agenda_run_take_after");
    size_t n = 0, count = json_array_size(works);
    if (count > (size_t)most)
        return pg_ask_odd("run_take", works, err);
    while (n < count && pgagenda_read_work(json_array_get(works, n), arena, &ret[n]))
        n++;
    bool ok = n == count || give_back(base, engine, journal_gen, works, n, err);
    json_decref(works);
    *ret_count = ok ? (int32_t)n : 0;
    return ok && (n > 0 || count == 0 || no_memory(err));
}

bool pgagenda_run_known(struct agenda *base, struct uuid specification, struct uuid run,
                        struct arena *arena, struct run_known *ret, struct err *err)
{
    const struct pg_asker *ask = &pgagenda_of(base)->ask;
    struct pg_answer answer = {0};
    struct pg_args args = pg_args_init();
    size_t len = 0;
    pg_args_uuid(&args, specification);
    pg_args_uuid(&args, run);
    int64_t until_us = ask->clock->ops->boot_us(ask->clock) + KNOWN_WITHIN_US;
    bool ok = pg_link_call(ask->link, "SELECT ap.run_known($1, $2)", &args, until_us, &answer, err);
    const uint8_t *bytes = ok ? pg_answer_bytes(&answer, 0, 0, &len) : NULL;
    size_t count = len / sizeof(uint64_t);
    uint64_t *items = arena_array(arena, count + 1, sizeof *items);
    ok = ok && pg_answer_ok(&answer, err) && (items != NULL || no_memory(err));
    for (size_t i = 0; ok && i < 8 * count; i++)
        items[i / 8] = items[i / 8] << 8 | bytes[i];
    if (ok)
        *ret = (struct run_known){.items = items, .count = (int64_t)count};
    pg_answer_done(&answer);
    pg_args_done(&args);
    return ok;
}

/* --- keeping ---------------------------------------------------------------------------------- */

static json_t *pieces_of(const struct run_piece *pieces, int32_t count)
{
    json_t *list = json_array();
    bool ok = list != NULL;
    for (int32_t i = 0; ok && i < count; i++)
        ok = json_array_append_new(
                 list, json_pack("[o,i]", pg_name(pieces[i].run), pieces[i].attempt)) == 0;
    if (ok)
        return list;
    json_decref(list);
    return NULL;
}

bool pgagenda_run_renew(struct agenda *base, const struct run_piece *pieces, int32_t count,
                        enum run_answer *ret, struct err *err)
{
    json_t *answer;
    json_t *q = json_pack("{s:o}", "pieces", pieces_of(pieces, count));
    FP("agenda_run_renew_before");
    if (!pg_ask(&pgagenda_of(base)->ask, "run_renew", q, &answer, err))
        return false;
    FP("agenda_run_renew_after");
    if (json_array_size(answer) != (size_t)count)
        return pg_ask_odd("run_renew", answer, err);
    for (int32_t i = 0; i < count; i++)
        ret[i] = json_is_true(json_array_get(answer, (size_t)i)) ? RUN_TOLD : RUN_FENCED;
    json_decref(answer);
    return true;
}

bool pgagenda_run_return(struct agenda *base, struct uuid engine, int64_t journal_gen,
                         const struct run_piece *pieces, int32_t count, struct err *err)
{
    json_t *q = json_pack("{s:o,s:I,s:o}", "engine", pg_name(engine), "gen",
                          (json_int_t)journal_gen, "pieces", pieces_of(pieces, count));
    FP("agenda_run_return_before");
    bool ok = pg_ask(&pgagenda_of(base)->ask, "run_return", q, NULL, err);
    FP("agenda_run_return_after");
    return ok;
}
