/* search_searxng.c - one page of results at a time. */
#include "adapter/search_searxng.h"

#include "base/clock.h"
#include "base/str.h"
#include "base/utf8.h"
#include "domain/weblink.h"
#include "search_service.h"

#include <curl/curl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { PAGES_MAX = 100 };

#define FIRST_US (60 * US_PER_S) /* it asks its engines first */
#define SILENCE_US (20 * US_PER_S)
#define TOTAL_US (120 * US_PER_S)

struct search_searxng {
    struct search search;
    struct service_link link;
    /* The query under way. */
    bool under_way, asked;
    char query[TERM_MAX_BYTES + 1];
    int64_t page, at;      /* page 1.., results of it that were taken */
    json_t *answer;        /* the page's; NULL: not here yet */
    uint64_t before;       /* the page before had these addresses; 0: there was none */
    int64_t not_before_us; /* boot time */
};

static struct search_searxng *own(struct search *s)
{
    return (struct search_searxng *)s;
}

static enum search_answer fail(const struct search_searxng *x, enum err_kind kind, const char *why,
                               struct err *err)
{
    (void)err_set(err, kind, "search: %s: %s", x->link.name, why);
    return SEARCH_FAILED;
}

static void drop_page(struct search_searxng *x)
{
    http_call_end(x->link.call);
    json_decref(x->answer);
    x->answer = NULL;
    x->asked = false;
}

static bool ask(struct search_searxng *x, struct err *err)
{
    struct buf url = buf_init(SERVICE_URL_MAX + 4 * TERM_MAX_BYTES + 100);
    char *query = curl_easy_escape(NULL, x->query, (int)strlen(x->query));
    buf_addf(&url, "%s/search?format=json&pageno=%d&q=%s", x->link.url, (int)x->page,
             query != NULL ? query : "");
    struct http_request r = {.method = "GET",
                             .url = buf_text(&url),
                             .token = x->link.token,
                             .accept = "application/json",
                             .key = "",
                             .first_us = FIRST_US,
                             .silence_us = SILENCE_US,
                             .total_us = TOTAL_US};
    bool ok = (query != NULL && buf_ok(&url)) || err_set(err, ERR_STOP, "out of memory");
    ok = ok && http_call_start(x->link.call, &r, err);
    curl_free(query);
    buf_done(&url);
    x->asked = ok;
    return ok;
}

struct status_row {
    int from, to;
    enum err_kind kind;
    const char *words;
};
static const struct status_row statuses[] = {
    {400, 400, ERR_REFUSED, "it can't make anything of this query"},
    {401, 401, ERR_STOP, "it refuses our token; correct token_file"},
    {403, 403, ERR_STOP,
     "it refuses; allow json under search.formats in its settings.yml, or correct token_file"},
    {404, 404, ERR_STOP, "there is no search at this url; correct it"},
    {414, 414, ERR_REFUSED, "this query is too long for it"},
    {429, 429, ERR_RETRY, "it was asked too often"},
    {300, 399, ERR_STOP, "it leads elsewhere, which is not followed; correct its url"},
    {100, 599, ERR_RETRY, "it is in trouble"},
};

static enum search_answer bad_status(struct search_searxng *x, int32_t status, struct err *err)
{
    char words[160];
    int32_t after_s = http_call_retry_after_s(x->link.call);
    x->not_before_us = after_s > 0 ? clock_boot_us() + after_s * US_PER_S : 0;
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        const struct status_row *row = &statuses[i];
        if (status < row->from || status > row->to)
            continue;
        (void)str_format(words, sizeof words, "%s (%d)", row->words, (int)status); /* it fits */
        return fail(x, row->kind, words, err);
    }
    return fail(x, ERR_RETRY, "it answered something that is not HTTP", err);
}

static const char *url_at(const json_t *results, size_t i)
{
    const char *url = json_string_value(json_object_get(json_array_get(results, i), "url"));
    return url != NULL ? url : "";
}

static uint64_t mark_of(const json_t *results)
{
    uint64_t mark = 1;
    for (size_t i = 0; i < json_array_size(results); i++)
        mark = str_hash(url_at(results, i), strlen(url_at(results, i)) + 1, mark);
    return mark;
}

/* A page came: is there something on it that the one before had not? */
static enum search_answer judge_page(struct search_searxng *x, struct err *err)
{
    const json_t *results = json_object_get(x->answer, "results");
    const json_t *blocked = json_object_get(x->answer, "unresponsive_engines");
    if (!json_is_array(results)) {
        drop_page(x);
        return fail(x, ERR_RETRY, "its answer is no page of results", err);
    }
    if (json_array_size(results) == 0 && json_array_size(blocked) > 0) {
        drop_page(x);
        return fail(x, ERR_RETRY, "its search engines don't answer it now", err);
    }
    uint64_t mark = mark_of(results);
    if (json_array_size(results) > 0 && mark != x->before) {
        x->before = mark;
        return SEARCH_WAIT;
    }
    drop_page(x);
    x->under_way = false;
    return SEARCH_EXHAUSTED;
}

static enum search_answer take_answer(struct search_searxng *x, int64_t deadline_us,
                                      struct err *err)
{
    struct err why = {0};
    switch (http_call_next(x->link.call, deadline_us, &why)) {
    case HTTP_FAILED:
        drop_page(x);
        return fail(x, why.kind, why.text, err);
    case HTTP_WAIT:
    case HTTP_MORE:
        return SEARCH_WAIT;
    case HTTP_WHOLE:
        break;
    }
    x->asked = false;
    if (http_call_status(x->link.call) != 200)
        return bad_status(x, http_call_status(x->link.call), err);
    struct buf *body = http_call_body(x->link.call);
    x->answer = json_loadb(buf_text(body), body->len, 0, NULL);
    return judge_page(x, err);
}

/* The next result of the page; without one the next page follows. */
static enum search_answer take_result(struct search_searxng *x, struct search_hit *ret_hit)
{
    const json_t *results = json_object_get(x->answer, "results");
    while ((size_t)x->at < json_array_size(results)) {
        const json_t *result = json_array_get(results, (size_t)x->at++);
        const char *title = json_string_value(json_object_get(result, "title"));
        if (!weblink_clean(url_at(results, (size_t)x->at - 1), ret_hit->url))
            continue;
        text_screen_to(ret_hit->title, sizeof ret_hit->title, title != NULL ? title : "");
        (void)str_format(ret_hit->cursor, sizeof ret_hit->cursor, "%d.%d", (int)x->page,
                         (int)x->at); /* it fits */
        return SEARCH_HIT;
    }
    drop_page(x);
    x->page++;
    x->at = 0;
    x->under_way = x->page <= PAGES_MAX;
    return x->under_way ? SEARCH_WAIT : SEARCH_EXHAUSTED;
}

/* --- the port --------------------------------------------------------------------------------- */

static void searxng_end(struct search *s)
{
    drop_page(own(s));
    own(s)->under_way = false;
}

static bool searxng_start(struct search *s, const struct search_request *request, struct err *err)
{
    struct search_searxng *x = own(s);
    char page[CURSOR_MAX + 1];
    searxng_end(s);
    if (!str_copy(x->query, sizeof x->query, request->query))
        return err_set(err, ERR_REFUSED, "search: a query that is too long");
    (void)str_copy(page, sizeof page, request->cursor); /* same size */
    char *dot = strchr(page, '.');
    if (dot != NULL)
        *dot = '\0';
    if (dot == NULL || !str_int(page, 1, PAGES_MAX, &x->page) ||
        !str_int(dot + 1, 0, 1000000, &x->at)) { /* the beginning, or another provider's */
        x->page = 1;
        x->at = 0;
    }
    x->before = 0;
    struct err why = {0};
    if (!http_call_url(x->link.url, &why))
        return err_set(err, ERR_STOP, "search: %s: %s", x->link.name, why.text);
    x->under_way = true;
    return true;
}

static enum search_answer searxng_next(struct search *s, int64_t deadline_us,
                                       struct search_hit *ret_hit, struct err *err)
{
    struct search_searxng *x = own(s);
    struct err why = {0};
    do {
        enum search_answer answer = SEARCH_WAIT;
        if (!x->under_way)
            return SEARCH_EXHAUSTED;
        if (x->answer != NULL)
            answer = take_result(x, ret_hit);
        else if (x->asked)
            answer = take_answer(x, deadline_us, err);
        else if (clock_boot_us() < x->not_before_us)
            return fail(x, ERR_RETRY, "it asked to be left alone for now", err);
        else if (!ask(x, &why))
            return fail(x, why.kind == ERR_REFUSED ? ERR_STOP : why.kind, why.text, err);
        if (answer != SEARCH_WAIT)
            return answer;
    } while (clock_boot_us() < deadline_us);
    return SEARCH_WAIT;
}

static int64_t searxng_not_before(const struct search *s)
{
    return ((const struct search_searxng *)s)->not_before_us;
}

static void searxng_free(struct search *s)
{
    if (s == NULL)
        return;
    struct search_searxng *x = own(s);
    json_decref(x->answer);
    http_call_free(x->link.call);
    free(x);
}

static const struct search_ops ops = {
    .kind = "searxng",
    .start = searxng_start,
    .next = searxng_next,
    .end = searxng_end,
    .not_before_us = searxng_not_before,
    .free = searxng_free,
};

bool search_searxng_new(const struct search_service *service, struct search **ret, struct err *err)
{
    struct search_searxng *x = calloc(1, sizeof *x);
    if (x == NULL)
        return err_set(err, ERR_STOP, "search: out of memory");
    x->search.ops = &ops;
    bool ok = service_link_open(service, &x->link, err);
    if (!ok) {
        searxng_free(&x->search);
        return false;
    }
    *ret = &x->search;
    return true;
}
