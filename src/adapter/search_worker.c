/* search_worker.c - a query as a stream of results.
 *
 * The idea: what was taken is known by its cursor and nothing else. A stream that ends well,
 * breaks, or is cut by us is all the same: the next exchange asks for what comes behind the last
 * cursor. Only the worker's word "exhausted" ends a query. */
#include "adapter/search_worker.h"

#include "base/clock.h"
#include "base/str.h"
#include "base/utf8.h"
#include "search_service.h"
#include "worker_answer.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum { EMPTY_MAX = 3 };
enum { SHORT_PAUSE_S = 2 }; /* is waited for here; a longer one by whoever asks */

#define FIRST_US (90 * US_PER_S)   /* a host that sleeps takes so long to wake up */
#define SILENCE_US (45 * US_PER_S) /* a worker says "ping" every 15 s */
#define DEADLINE_MS 60000

struct search_worker {
    struct search search;
    struct service_link link;
    /* The query under way. */
    bool under_way;
    struct search_request request; /* its texts are the two below */
    char term[TERM_MAX_BYTES + 1], query[TERM_MAX_BYTES + 1];
    char cursor[CURSOR_MAX + 1]; /* behind what was taken */
    bool asked;                  /* an exchange is under way, or its answer is being read */
    bool whole;                  /* it is complete */
    size_t read;                 /* bytes of the answer's body whose lines were taken */
    int32_t empty;               /* exchanges in a row without a hit */
    json_t *page;                /* of the paged form; NULL: none */
    size_t at;                   /* in its items */
    int64_t not_before_us;       /* boot time; 0: at once */
};

static struct search_worker *own(struct search *s)
{
    return (struct search_worker *)s;
}

static enum search_answer fail(const struct search_worker *w, enum err_kind kind, const char *why,
                               struct err *err)
{
    (void)err_set(err, kind, "search: %s: %s", w->link.name, why);
    return SEARCH_FAILED;
}

static void drop_exchange(struct search_worker *w)
{
    http_call_end(w->link.call);
    json_decref(w->page);
    w->page = NULL;
    w->asked = w->whole = false;
    w->at = w->read = 0;
}

/* --- asking ----------------------------------------------------------------------------------- */

/* The same query has the same id, also in another process after a crash. */
static void request_id(const struct search_worker *w, char dst[UUID_TEXT_SIZE])
{
    struct buf text = buf_init(2 * TERM_MAX_BYTES + 200);
    char job[UUID_TEXT_SIZE];
    uuid_text(w->request.job, job);
    buf_addf(&text, "search\n%s\n%s\n%d\n%s", job, w->term, (int)w->request.variation, w->query);
    uuid_text(uuid_from_bytes(buf_text(&text), text.len), dst);
    buf_done(&text);
}

static char *question(const struct search_worker *w, const char *id)
{
    char job[UUID_TEXT_SIZE];
    uuid_text(w->request.job, job);
    json_t *json = json_pack(
        "{s:i,s:s,s:s,s:{s:s},s:s,s:i,s:i,s:s?,s:s,s:i}", "proto", 1, "request_id", id, "job_id",
        job, "term", "text", w->term, "query", w->query, "variation", (int)w->request.variation,
        "limit", (int)w->request.limit, "cursor", w->cursor[0] != '\0' ? w->cursor : NULL, "want",
        "urls", "deadline_ms", DEADLINE_MS);
    char *text = json != NULL ? json_dumps(json, JSON_COMPACT) : NULL;
    json_decref(json);
    return text;
}

static bool ask(struct search_worker *w, struct err *err)
{
    char url[SERVICE_URL_MAX + 16], id[UUID_TEXT_SIZE];
    request_id(w, id);
    (void)str_format(url, sizeof url, "%s/v1/search", w->link.url); /* it fits */
    char *text = question(w, id);
    struct http_request r = {.method = "POST",
                             .url = url,
                             .token = w->link.token,
                             .accept = "application/x-ndjson, application/json;q=0.5",
                             .key = id,
                             .json = text,
                             .first_us = FIRST_US,
                             .silence_us = SILENCE_US};
    bool ok = text != NULL || err_set(err, ERR_RETRY, "a term that is no valid text");
    ok = ok && http_call_start(w->link.call, &r, err);
    free(text);
    w->asked = ok;
    w->whole = false;
    w->read = 0;
    return ok;
}

/* --- what a status means ---------------------------------------------------------------------- */

struct status_row {
    int from, to;
    enum err_kind kind;
    const char *words;
};
static const struct status_row statuses[] = {
    {400, 400, ERR_REFUSED, "it can't make anything of this query"},
    {422, 422, ERR_REFUSED, "it can't make anything of this query"},
    {401, 401, ERR_STOP, "it refuses our token; correct token_file"},
    {403, 403, ERR_STOP, "it refuses our token; correct token_file"},
    {404, 404, ERR_STOP, "there is no search at this url; correct it"},
    {408, 408, ERR_RETRY, "it was too slow"},
    {409, 409, ERR_RETRY, "it does not know where it stood"},
    {429, 429, ERR_RETRY, "it was asked too often"},
    {300, 399, ERR_STOP, "it leads elsewhere, which is not followed; correct its url"},
    {402, 499, ERR_STOP, "it refuses what we ask"},
    {100, 599, ERR_RETRY, "it is in trouble"},
};

static void pause_for(struct search_worker *w, int32_t seconds)
{
    if (seconds > 0)
        w->not_before_us = clock_boot_us() + seconds * US_PER_S;
}

static enum search_answer bad_status(struct search_worker *w, int32_t status, struct err *err)
{
    char words[160];
    pause_for(w, http_call_retry_after_s(w->link.call));
    drop_exchange(w);
    if (status == 409 && w->cursor[0] != '\0') { /* it forgot: the query begins again */
        w->cursor[0] = '\0';
        return SEARCH_WAIT;
    }
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        const struct status_row *row = &statuses[i];
        if (status < row->from || status > row->to)
            continue;
        (void)str_format(words, sizeof words, "%s (%d)", row->words, (int)status); /* it fits */
        return fail(w, row->kind, words, err);
    }
    return fail(w, ERR_RETRY, "it answered something that is not HTTP", err);
}

/* --- reading ---------------------------------------------------------------------------------- */

static enum search_answer take_word(struct search_worker *w, enum worker_said said,
                                    const struct worker_word *word, struct search_hit *ret_hit,
                                    struct err *err)
{
    switch (said) {
    case WORKER_HIT:
        *ret_hit = word->hit;
        (void)str_copy(w->cursor, sizeof w->cursor, word->hit.cursor); /* same size */
        w->empty = 0;
        return SEARCH_HIT;
    case WORKER_ERROR:
        pause_for(w, word->retry_after_s);
        if (!word->fatal)
            return SEARCH_WAIT;
        drop_exchange(w);
        return fail(w, word->kind, word->words, err);
    case WORKER_END:
        drop_exchange(w);
        if (word->cursor[0] != '\0')
            (void)str_copy(w->cursor, sizeof w->cursor, word->cursor); /* same size */
        w->under_way = !word->exhausted;
        return word->exhausted ? SEARCH_EXHAUSTED : SEARCH_WAIT;
    case WORKER_BAD: /* one object less; the rest may be fine */
    case WORKER_LOG:
    case WORKER_NOTHING:
        return SEARCH_WAIT;
    }
    return SEARCH_WAIT;
}

/* Forgets the lines that were taken, once for all that came together. */
static void forget_read(struct search_worker *w)
{
    struct buf *body = http_call_body(w->link.call);
    if (w->read == 0)
        return;
    memmove(body->data, body->data + w->read, body->len - w->read);
    buf_cut(body, body->len - w->read);
    w->read = 0;
}

/* One line of the stream; the last one needs no end when the answer is whole. *ret_any false: there
 * is none yet. */
static enum search_answer take_line(struct search_worker *w, bool *ret_any,
                                    struct search_hit *ret_hit, struct err *err)
{
    const struct buf *body = http_call_body(w->link.call);
    struct worker_word word;
    const char *line = buf_text(body) + w->read;
    size_t left = body->len - w->read;
    const char *end = memchr(line, '\n', left);
    size_t len = end != NULL ? (size_t)(end - line) : left;
    *ret_any = end != NULL || (w->whole && left > 0);
    if (len > WORKER_LINE_MAX) {
        drop_exchange(w);
        *ret_any = true;
        return fail(w, ERR_RETRY, "it sent a line that is longer than 64 KiB", err);
    }
    if (!*ret_any) {
        forget_read(w);
        return SEARCH_WAIT;
    }
    enum worker_said said = worker_line(line, len, &word);
    w->read += end != NULL ? len + 1 : len;
    return take_word(w, said, &word, ret_hit, err);
}

/* The next item of a page that came whole. */
static enum search_answer take_item(struct search_worker *w, struct search_hit *ret_hit,
                                    struct err *err)
{
    const json_t *items = json_object_get(w->page, "items");
    struct worker_word word;
    if (w->at < json_array_size(items)) {
        enum worker_said said = worker_object(json_array_get(items, w->at++), &word);
        return take_word(w, said, &word, ret_hit, err);
    }
    bool end = json_is_true(json_object_get(w->page, "end"));
    char cursor[CURSOR_MAX + 1];
    if (worker_cursor(w->page, cursor) && cursor[0] != '\0')
        (void)str_copy(w->cursor, sizeof w->cursor, cursor); /* same size */
    drop_exchange(w);
    w->under_way = !end;
    return end ? SEARCH_EXHAUSTED : SEARCH_WAIT;
}

/* The answer is complete and no line is left. */
static enum search_answer take_rest(struct search_worker *w, struct err *err)
{
    bool paged = http_call_is(w->link.call, "application/json");
    bool stream = http_call_is(w->link.call, "application/x-ndjson");
    if (paged && w->page == NULL) {
        struct buf *body = http_call_body(w->link.call);
        w->page = json_loadb(buf_text(body), body->len, JSON_REJECT_DUPLICATES, NULL);
        if (json_is_array(json_object_get(w->page, "items")))
            return SEARCH_WAIT;
        drop_exchange(w);
        return fail(w, ERR_RETRY, "its answer is no page of results", err);
    }
    drop_exchange(w);
    return fail(w, ERR_RETRY,
                stream ? "its answer broke off before the end"
                       : "its answer is neither application/x-ndjson nor application/json; is this "
                         "url a search worker's?",
                err);
}

static enum search_answer read_answer(struct search_worker *w, int64_t deadline_us,
                                      struct search_hit *ret_hit, struct err *err)
{
    bool stream = http_call_is(w->link.call, "application/x-ndjson"), any = false;
    struct err why = {0};
    if (w->page != NULL)
        return take_item(w, ret_hit, err);
    if (stream && http_call_status(w->link.call) == 200) {
        enum search_answer answer = take_line(w, &any, ret_hit, err);
        if (any)
            return answer;
    }
    if (w->whole && http_call_status(w->link.call) == 200)
        return take_rest(w, err);
    switch (http_call_next(w->link.call, deadline_us, &why)) {
    case HTTP_FAILED:
        drop_exchange(w);
        return fail(w, why.kind, why.text, err);
    case HTTP_WHOLE:
        w->whole = true;
        break;
    case HTTP_WAIT:
    case HTTP_MORE:
        break;
    }
    int32_t status = http_call_status(w->link.call);
    return w->whole && status != 200 ? bad_status(w, status, err) : SEARCH_WAIT;
}

/* --- the port --------------------------------------------------------------------------------- */

static void worker_end(struct search *s)
{
    struct search_worker *w = own(s);
    drop_exchange(w);
    w->under_way = false;
}

static bool worker_start(struct search *s, const struct search_request *request, struct err *err)
{
    struct search_worker *w = own(s);
    worker_end(s);
    if (!str_copy(w->term, sizeof w->term, request->term) ||
        !str_copy(w->query, sizeof w->query, request->query) ||
        !str_copy(w->cursor, sizeof w->cursor, request->cursor))
        return err_set(err, ERR_REFUSED, "search: a query that is too long");
    w->request = *request;
    w->request.limit = request->limit > 0 ? request->limit : 1;
    w->empty = 0;
    struct err why = {0};
    if (!http_call_url(w->link.url, &why))
        return err_set(err, ERR_STOP, "search: %s: %s", w->link.name, why.text);
    w->under_way = true;
    return true;
}

/* Nothing is under way: asks, unless the worker asked to be left alone. */
static enum search_answer go_on(struct search_worker *w, int64_t deadline_us, struct err *err)
{
    char words[100];
    struct err why = {0};
    int64_t now_us = clock_boot_us(), until_us = w->not_before_us;
    if (w->empty >= EMPTY_MAX)
        return fail(w, ERR_RETRY, "it ends its answers without a result and without an end", err);
    if (until_us - now_us > SHORT_PAUSE_S * US_PER_S) {
        (void)str_format(words, sizeof words, "it asks to be left alone for %lld s",
                         (long long)((until_us - now_us) / US_PER_S)); /* it fits */
        return fail(w, ERR_RETRY, words, err);
    }
    if (until_us > now_us) {
        int64_t left_us = (until_us < deadline_us ? until_us : deadline_us) - now_us;
        if (left_us > 0)
            (void)poll(NULL, 0, (int)(left_us / US_PER_MS) + 1); /* may be shorter */
        return SEARCH_WAIT;
    }
    w->empty++;
    if (!ask(w, &why))
        return fail(w, why.kind == ERR_REFUSED ? ERR_STOP : why.kind, why.text, err);
    return SEARCH_WAIT;
}

static enum search_answer worker_next(struct search *s, int64_t deadline_us,
                                      struct search_hit *ret_hit, struct err *err)
{
    struct search_worker *w = own(s);
    do {
        if (!w->under_way)
            return SEARCH_EXHAUSTED;
        enum search_answer answer =
            w->asked ? read_answer(w, deadline_us, ret_hit, err) : go_on(w, deadline_us, err);
        if (answer != SEARCH_WAIT)
            return answer;
    } while (clock_boot_us() < deadline_us);
    return SEARCH_WAIT;
}

static int64_t worker_not_before(const struct search *s)
{
    return ((const struct search_worker *)s)->not_before_us;
}

static void worker_free(struct search *s)
{
    if (s == NULL)
        return;
    struct search_worker *w = own(s);
    json_decref(w->page);
    http_call_free(w->link.call);
    free(w);
}

static const struct search_ops ops = {
    .kind = "worker",
    .start = worker_start,
    .next = worker_next,
    .end = worker_end,
    .not_before_us = worker_not_before,
    .free = worker_free,
};

bool search_worker_new(const struct search_service *service, struct search **ret, struct err *err)
{
    struct search_worker *w = calloc(1, sizeof *w);
    if (w == NULL)
        return err_set(err, ERR_STOP, "search: out of memory");
    w->search.ops = &ops;
    bool ok = service_link_open(service, &w->link, err);
    if (!ok) {
        worker_free(&w->search);
        return false;
    }
    *ret = &w->search;
    return true;
}
