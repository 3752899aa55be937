/* reports_html.c - from a run's row to its file.
 *
 * The idea: everything that a report depends on comes from the run (definition, overrides, period,
 * what was shown before), so the same run gives the same report, whoever makes it. The instant that
 * it shows as its own is its slot. */
#include "adapter/reports_html.h"

#include "adapter/report.h"
#include "adapter/report_file.h"
#include "base/str.h"
#include "store/spec_json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { IDS_MAX = SPEC_TOPICS_MAX };

#define SPEC_MEMORY ((size_t)16 << 20)

struct reports_html {
    struct reports base;
    struct content *content;
    struct clock_port *clock;
    char *dir;
    struct reports_html_options options; /* its dir is not used */
};

/* --- looking around ---------------------------------------------------------------------- */

/* The generator asks its clock whether to end; this clock asks the lane. */
struct watched {
    struct clock_port base;
    struct clock_port *real;
    const struct report_watch *watch;
    struct err why; /* of the end */
    bool ended;
};

static struct watched *watched_of(struct clock_port *c)
{
    return (struct watched *)c;
}

static int64_t watched_now(struct clock_port *c)
{
    struct clock_port *real = watched_of(c)->real;
    return real->ops->now_us(real);
}

static int64_t watched_boot(struct clock_port *c)
{
    struct clock_port *real = watched_of(c)->real;
    return real->ops->boot_us(real);
}

static bool watched_cancelled(struct clock_port *c)
{
    struct watched *w = watched_of(c);
    if (!w->ended)
        w->ended = !w->watch->go_on(w->watch->ctx, &w->why);
    return w->ended;
}

static bool watched_wait(struct clock_port *c, int64_t until_us, struct err *err)
{
    struct clock_port *real = watched_of(c)->real;
    return real->ops->wait(real, until_us, err);
}

static const struct clock_ops watched_ops = {.now_us = watched_now,
                                             .boot_us = watched_boot,
                                             .wait = watched_wait,
                                             .cancelled = watched_cancelled};

/* --- the request ---------------------------------------------------------------------- */

/* The texts of a JSON array; NULL text: none. Borrowed from *ret_json. */
static bool read_ids(const char *what, const char *text, json_t **ret_json,
                     const char *ret[IDS_MAX], int32_t *ret_count, struct err *err)
{
    *ret_count = 0;
    *ret_json = NULL;
    if (text == NULL)
        return true;
    *ret_json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_array(*ret_json) || json_array_size(*ret_json) > IDS_MAX)
        return err_set(err, ERR_REFUSED, "%s is no list of at most %d ids", what, IDS_MAX);
    for (size_t i = 0; i < json_array_size(*ret_json); i++) {
        const char *id = json_string_value(json_array_get(*ret_json, i));
        if (id == NULL)
            return err_set(err, ERR_REFUSED, "%s holds something that is no id", what);
        ret[(*ret_count)++] = id;
    }
    return true;
}

/* Does the schedule want a report only when there is something to tell? */
static bool only_if_new(const char *config)
{
    json_t *json = json_loads(config, JSON_REJECT_DUPLICATES, NULL);
    bool only = json_is_true(json_object_get(json, "only_if_new"));
    json_decref(json);
    return only;
}

/* All that one report is made of. */
struct making {
    struct arena arena;
    struct spec_def spec;
    json_t *category_json, *region_json;
    const char *categories[IDS_MAX], *regions[IDS_MAX];
    struct watched clock;
    struct report_request request;
    struct report report;
};

static bool fill_request(struct reports_html *r, const struct run_work *work,
                         const struct run_known *known, const struct report_watch *watch,
                         struct making *m, struct err *err)
{
    struct report_request *q = &m->request;
    if (!spec_json_read(work->definition, &m->arena, &m->spec, err) ||
        !read_ids("categories_override", work->categories, &m->category_json, m->categories,
                  &q->category_count, err) ||
        !read_ids("regions_override", work->regions, &m->region_json, m->regions, &q->region_count,
                  err))
        return false;
    m->clock = (struct watched){.base = {&watched_ops}, .real = r->clock, .watch = watch};
    q->spec = &m->spec;
    q->to_us = q->made_us = work->period_us;
    q->from_us = spec_period_start(m->spec.frequency, q->to_us);
    q->categories = m->categories;
    q->regions = m->regions;
    q->known = known->items;
    q->known_count = (size_t)known->count;
    q->content = r->content;
    q->clock = &m->clock.base;
    q->llm = r->options.llm;
    q->deadline_us = watch->deadline_us;
    return true;
}

static bool hand_over(const struct making *m, const struct report_written *written,
                      struct report_made *ret, struct err *err)
{
    const struct report *p = &m->report;
    const char *slash = strrchr(written->path, '/');
    buf_add(&ret->html, buf_text(&p->html), p->html.len);
    buf_add(&ret->text, buf_text(&p->text), p->text.len);
    buf_add(&ret->keys, p->keys, (size_t)p->selection.count * sizeof *p->keys);
    ret->items = p->selection.count;
    ret->sources = m->spec.source_count;
    ret->sources_failed = p->failed;
    (void)str_copy(ret->file, sizeof ret->file,
                   slash != NULL ? slash + 1 : written->path);        /* a run's name: it fits */
    (void)str_copy(ret->sha256, sizeof ret->sha256, written->sha256); /* same size */
    return (buf_ok(&ret->html) && buf_ok(&ret->text) && buf_ok(&ret->keys)) ||
           err_set(err, ERR_STOP, "report: out of memory for %zu bytes", p->html.len);
}

/* It is a remark: the report is whole without them. */
static void tell_summaries(const struct reports_html *r, const struct making *m)
{
    char text[ERR_TEXT_MAX + 300];
    const struct report *report = &m->report;
    if (report->unsummarised == 0 || r->options.tell == NULL)
        return;
    (void)str_format(text, sizeof text, "report \"%s\": %d section(s) without a summary: %s",
                     m->spec.name, (int)report->unsummarised,
                     report->unsummarised_why.text); /* a cut is fine */
    r->options.tell(r->options.ctx, text);
}

static bool make(struct reports *base, const struct run_work *work, const struct run_known *known,
                 const struct report_watch *watch, struct report_made *ret, struct err *err)
{
    struct reports_html *r = (struct reports_html *)base;
    struct report_written written = {0};
    struct making *m = calloc(1, sizeof *m);
    if (m == NULL)
        return err_set(err, ERR_STOP, "report: out of memory");
    m->arena = arena_init(SPEC_MEMORY);
    if (work->attempt > 1) /* what the last attempt began to write */
        report_file_sweep(r->dir, work->run);
    bool ok =
        fill_request(r, work, known, watch, m, err) && report_make(&m->request, &m->report, err);
    if (!ok && m->clock.ended) /* why it was ended says more than that it was */
        *err = m->clock.why;
    if (ok)
        tell_summaries(r, m);
    ret->nothing_new = ok && m->report.selection.count == 0 && only_if_new(work->config);
    ok = ok && (ret->nothing_new ||
                report_file_write(r->dir, work->run, REPORT_FORM_HTML, buf_text(&m->report.html),
                                  m->report.html.len, &written, err));
    ok = ok && hand_over(m, &written, ret, err);
    report_done(&m->report);
    json_decref(m->category_json);
    json_decref(m->region_json);
    arena_done(&m->arena);
    free(m);
    return ok;
}

static void reports_free(struct reports *base)
{
    if (base == NULL)
        return;
    struct reports_html *r = (struct reports_html *)base;
    r->content->ops->free(r->content);
    llm_free(r->options.llm);
    free(r->dir);
    free(r);
}

static const struct reports_ops ops = {.kind = "html", .make = make, .free = reports_free};

bool reports_html_new(struct content *content, struct clock_port *clock,
                      const struct reports_html_options *options, struct reports **ret,
                      struct err *err)
{
    struct reports_html *r = calloc(1, sizeof *r);
    if (r != NULL)
        r->dir = strdup(options->dir);
    if (r == NULL || r->dir == NULL) {
        content->ops->free(content);
        llm_free(options->llm);
        free(r);
        return err_set(err, ERR_STOP, "reports: out of memory");
    }
    r->base.ops = &ops;
    r->content = content;
    r->clock = clock;
    r->options = *options;
    *ret = &r->base;
    return true;
}
