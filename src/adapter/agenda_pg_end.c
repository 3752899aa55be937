/* agenda_pg_end.c - tells how runs ended, many in a command
 * (sql/postgres/functions/33_run_end.sql).
 *
 * The bytes of the reports go beside the command, all of them one behind the other. A success that
 * has followers comes back with what is known of them; then it is decided what they do, and the end
 * is told again with that. */
#include "agenda_pg.h"

#include "base/buf.h"
#include "base/fp.h"
#include "base/str.h"

#include <stdlib.h>

enum {
    BYTES_AT_ONCE = 8 << 20, /* of reports in a command, but for a single larger one */
    BYTES_MAX = 40 << 20,
    ROUNDS_MAX = 8 /* of followers that change while they are decided about */
};

/* One end, as far as it has been told. */
struct telling {
    bool told;
    json_t *rows;   /* of its followers; NULL: none known */
    json_t *held;   /* runs of followers whose period is held */
    json_t *orders; /* what the followers shall do */
};

struct endings {
    struct agenda *base;
    const struct run_ended *ends;
    struct telling *telling;
    enum run_answer *answer;
    int32_t count;
    bool some_told; /* a command of this call succeeded */
};

static json_t *keys_of(const struct run_result *r)
{
    json_t *keys = json_array();
    bool ok = keys != NULL;
    for (int64_t i = 0; ok && i < r->key_count; i++)
        ok = json_array_append_new(keys, json_integer((json_int_t)r->keys[i])) == 0;
    if (ok)
        return keys;
    json_decref(keys);
    return NULL;
}

/* Adds bytes; [at, len] of them. */
static json_t *put_bytes(struct buf *made, const char *bytes, size_t len)
{
    json_t *place = json_pack("[I,I]", (json_int_t)made->len, (json_int_t)len);
    if (len > 0)
        (void)buf_add(made, bytes, len); /* errors stick */
    return place;
}

static bool has_report(const struct run_result *r)
{
    return r->ok && !r->quiet;
}

static json_t *end_of(const struct run_ended *e, const struct telling *t, struct buf *made)
{
    const struct run_result *r = &e->result;
    json_t *q = json_pack("{s:o,s:i,s:b,s:b,s:o,s:I,s:i,s:i,s:i}", "run", pg_name(e->piece.run),
                          "attempt", e->piece.attempt, "ok", r->ok, "quiet", r->quiet, "error",
                          pg_words(r->error), "retry_at", (json_int_t)r->retry_at_us, "items",
                          r->items, "sources", r->sources, "failed", r->sources_failed);
    if (q == NULL || !has_report(r))
        return q;
    json_t *more = json_pack("{s:o,s:o,s:I,s:o,s:o,s:o,s:O?,s:O?}", "report", pg_words(r->report),
                             "sha256", pg_words(r->sha256), "bytes", (json_int_t)r->html_len,
                             "html", put_bytes(made, r->html, r->html_len), "text",
                             put_bytes(made, r->text, r->text_len), "keys", keys_of(r), "seen",
                             t->rows, "orders", t->orders);
    bool ok = more != NULL && json_object_update(q, more) == 0;
    json_decref(more);
    if (ok)
        return q;
    json_decref(q);
    return NULL;
}

/* Its followers are to be decided about. */
static bool read_followers(struct telling *t, json_t *answer, struct err *err)
{
    size_t i;
    json_t *pair;
    json_t *held = json_object_get(answer, "held");
    json_decref(t->rows);
    json_decref(t->orders);
    t->orders = NULL;
    t->rows = json_incref(json_object_get(answer, "rows"));
    if (t->held == NULL)
        t->held = json_array();
    json_array_foreach(held, i, pair) if (json_array_append(t->held, pair) != 0) return err_set(
        err, ERR_STOP, "schedules: out of memory for those that follow");
    t->orders = pgagenda_follow(t->rows, t->held, err);
    return t->orders != NULL;
}

static bool read_answer(struct endings *e, int32_t i, json_t *answer, struct err *err)
{
    const char *word = json_string_value(answer);
    if (json_is_object(answer))
        return read_followers(&e->telling[i], answer, err);
    if (word == NULL || (!str_equal(word, "told") && !str_equal(word, "fenced")))
        return pg_ask_odd("run_end", NULL, err);
    e->answer[i] = str_equal(word, "told") ? RUN_TOLD : RUN_FENCED;
    e->telling[i].told = true;
    e->some_told = true;
    return true;
}

static bool ask(struct endings *e, json_t *list, const struct buf *made, const int32_t *which,
                struct err *err)
{
    json_t *answer;
    json_t *q = json_pack("{s:O}", "ends", list);
    FP("agenda_run_end_before");
    if (!pg_ask_with(&pgagenda_of(e->base)->ask, "run_end", q, made->data, made->len, &answer, err))
        return false;
    FP("agenda_run_end_after");
    bool ok = json_array_size(answer) == json_array_size(list) || pg_ask_odd("run_end", NULL, err);
    for (size_t i = 0; ok && i < json_array_size(list); i++)
        ok = read_answer(e, which[i], json_array_get(answer, i), err);
    json_decref(answer);
    return ok;
}

/* One command: those from *from on that are not told yet, as many as fit. */
static bool tell(struct endings *e, int32_t *from, struct err *err)
{
    int32_t which[AGENDA_RUNS_MAX] = {0};
    size_t n = 0;
    bool ok = true;
    struct buf made = buf_init(BYTES_MAX);
    json_t *list = json_array();
    int32_t i = *from;
    for (; ok && i < e->count && n < AGENDA_RUNS_MAX; i++) {
        const struct run_result *r = &e->ends[i].result;
        if (e->telling[i].told)
            continue;
        if (n > 0 && has_report(r) && made.len + r->html_len + r->text_len > BYTES_AT_ONCE)
            break;
        ok = json_array_append_new(list, end_of(&e->ends[i], &e->telling[i], &made)) == 0;
        which[n++] = i;
    }
    *from = i;
    if (!ok || !buf_ok(&made))
        ok = err_set(err, ERR_STOP, "reports: out of memory for what was made");
    else
        ok = n == 0 || ask(e, list, &made, which, err);
    json_decref(list);
    buf_done(&made);
    return ok;
}

static bool all_told(const struct endings *e)
{
    for (int32_t i = 0; i < e->count; i++)
        if (!e->telling[i].told)
            return false;
    return true;
}

static bool tell_all(struct endings *e, struct err *err)
{
    for (int round = 0; round < ROUNDS_MAX && !all_told(e); round++)
        for (int32_t from = 0; from < e->count;)
            if (!tell(e, &from, err))
                return false;
    return all_told(e) ||
           err_set(err, ERR_RETRY, "schedules: those that follow a report change all the time");
}

bool pgagenda_run_end(struct agenda *base, const struct run_ended *ends, int32_t count,
                      enum run_answer *ret, struct err *err)
{
    struct err why = {0};
    struct endings e = {.base = base, .ends = ends, .answer = ret, .count = count};
    if ((e.telling = calloc((size_t)count + 1, sizeof *e.telling)) == NULL)
        return err_set(err, ERR_STOP, "reports: out of memory for what was made");
    bool ok = tell_all(&e, &why);
    for (int32_t i = 0; i < count; i++) {
        json_decref(e.telling[i].rows);
        json_decref(e.telling[i].held);
        json_decref(e.telling[i].orders);
    }
    free(e.telling);
    /* Part of it is in the record: who asks again hears of those that they are told. */
    return ok || err_set(err, e.some_told ? ERR_RETRY : why.kind, "%s", why.text);
}
