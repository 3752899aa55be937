/* report.c - one report from its sources to its bytes. */
#include "adapter/report.h"

#include "adapter/llm.h"
#include "adapter/report_html.h"
#include "adapter/report_text.h"
#include "base/clock.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

enum { ARENA_MAX = 256 * 1024 * 1024 };

static const int64_t look_us = 200 * US_PER_MS; /* no wait is longer without a look around */
static const int64_t patience_us = 45 * US_PER_S;
static const int64_t write_us = 2 * US_PER_S; /* what is left of the deadline for the writing */

/* The items of one source, copied out of the port. */
struct harvest {
    struct content_item *items;
    int32_t count;
};

struct making {
    const struct report_request *request;
    struct report *report;
    struct harvest *harvests; /* one a source */
    int32_t total;
};

static bool no_memory(struct err *err)
{
    return err_set(err, ERR_STOP, "report: out of memory");
}

static int64_t boot_us(const struct making *m)
{
    return m->request->clock->ops->boot_us(m->request->clock);
}

/* --- sources ---------------------------------------------------------------------------------- */

static bool copy_item(struct arena *memory, const struct content_item *from,
                      struct content_item *to)
{
    const char **tags = arena_array(memory, (size_t)from->tag_count, sizeof *tags);
    *to = *from;
    to->title = arena_text(memory, from->title);
    to->url = arena_text(memory, from->url);
    to->summary = arena_text(memory, from->summary);
    to->author = arena_text(memory, from->author);
    to->language = arena_text(memory, from->language);
    to->tags = tags;
    bool ok = tags != NULL && to->title != NULL && to->url != NULL && to->summary != NULL &&
              to->author != NULL && to->language != NULL;
    for (int32_t i = 0; ok && i < from->tag_count; i++) {
        tags[i] = arena_text(memory, from->tags[i]);
        ok = tags[i] != NULL;
    }
    return ok;
}

/* Keeps what the port lends. A source that already told something of a later period must be read
 * whole the next time, even if it did not change until then: its state is not kept. */
static bool keep(struct making *m, int32_t index, const struct content_view *view)
{
    struct arena *memory = &m->report->memory;
    struct report_source *source = &m->report->sources[index];
    struct harvest *h = &m->harvests[index];
    int32_t room = REPORT_ITEMS_MAX - m->total;
    int32_t count = view->count < room ? view->count : room;
    h->items = arena_array(memory, (size_t)count, sizeof *h->items);
    if (h->items == NULL)
        return false;
    source->next = view->state;
    for (int32_t i = 0; i < count; i++) {
        if (!copy_item(memory, &view->items[i], &h->items[i]))
            return false;
        h->items[i].source = index;
        int64_t at_us = view->items[i].published_us;
        if (at_us > source->newest_us)
            source->newest_us = at_us;
        if (at_us >= m->request->to_us)
            source->next = (struct content_state){.etag = ""};
    }
    h->count = source->read = count;
    m->total += count;
    source->odd = view->odd;
    source->cut = view->cut || count < view->count;
    (void)str_copy(source->note, sizeof source->note, view->note); /* the same size */
    return true;
}

/* Waits for the source that was started. CONTENT_WAIT: the caller was asked to end. */
static enum content_answer await(struct making *m, struct content_view *view, struct err *why)
{
    const struct report_request *r = m->request;
    int64_t own_us = boot_us(m) + (r->source_us > 0 ? r->source_us : patience_us);
    int64_t end_us = own_us < r->deadline_us ? own_us : r->deadline_us;
    for (;;) {
        int64_t now_us = boot_us(m);
        if (r->clock->ops->cancelled(r->clock))
            return CONTENT_WAIT;
        if (now_us >= end_us) {
            (void)err_set(why, ERR_RETRY,
                          end_us == own_us ? "it did not answer in time"
                                           : "the time for the report was over before it answered");
            return CONTENT_FAILED;
        }
        int64_t slice_us = now_us + look_us;
        enum content_answer answer =
            r->content->ops->next(r->content, slice_us < end_us ? slice_us : end_us, view, why);
        if (answer != CONTENT_WAIT)
            return answer;
    }
}

static bool ask_source(struct making *m, int32_t index, struct err *err)
{
    const struct report_request *r = m->request;
    struct report_source *source = &m->report->sources[index];
    struct content_view view = {0};
    struct content_request request = {.spec = r->spec, .source = index};
    enum content_answer answer = CONTENT_FAILED;
    bool ok = true;
    if (r->since != NULL)
        request.since = r->since[index];
    if (r->content->ops->start(r->content, &request, &source->why))
        answer = await(m, &view, &source->why);
    if (answer == CONTENT_READY)
        ok = keep(m, index, &view) || no_memory(err);
    r->content->ops->end(r->content);
    source->verdict = answer == CONTENT_READY       ? REPORT_READ
                      : answer == CONTENT_UNCHANGED ? REPORT_UNCHANGED
                                                    : REPORT_FAILED;
    if (answer == CONTENT_UNCHANGED)
        source->next = request.since;
    m->report->failed += answer == CONTENT_FAILED;
    if (answer == CONTENT_WAIT)
        return err_set(err, ERR_CANCELLED, "report: it was asked to end");
    return ok;
}

static bool ask_sources(struct making *m, struct err *err)
{
    const struct spec_def *spec = m->request->spec;
    for (int32_t i = 0; i < spec->source_count; i++)
        if (!ask_source(m, i, err))
            return false;
    if (m->report->failed < spec->source_count)
        return true;
    return err_set(err, ERR_RETRY, "report: none of the sources could be read (%d); \"%s\": %s",
                   (int)spec->source_count, spec->sources[0].name, m->report->sources[0].why.text);
}

/* --- choosing and writing --------------------------------------------------------------------- */

static int by_value(const void *one, const void *two)
{
    const uint64_t *a = one, *b = two;
    return *a < *b ? -1 : *a > *b;
}

static bool take_keys(struct making *m)
{
    struct report *report = m->report;
    const struct selection *s = &report->selection;
    report->keys = arena_array(&report->memory, (size_t)s->count, sizeof *report->keys);
    if (report->keys == NULL)
        return false;
    for (int32_t i = 0; i < s->count; i++) {
        report->keys[i] = s->items[i].key;
        report->sources[s->items[i].item->source].shown++;
    }
    if (s->count > 0)
        qsort(report->keys, (size_t)s->count, sizeof *report->keys, by_value);
    return true;
}

static bool choose(struct making *m, struct err *err)
{
    const struct report_request *r = m->request;
    struct arena *memory = &m->report->memory;
    struct content_item *items = arena_array(memory, (size_t)m->total, sizeof *items);
    int32_t n = 0;
    if (items == NULL)
        return no_memory(err);
    for (int32_t i = 0; i < r->spec->source_count; i++) {
        for (int32_t k = 0; k < m->harvests[i].count; k++)
            items[n++] = m->harvests[i].items[k];
    }
    struct select_input input = {.spec = r->spec,
                                 .items = items,
                                 .count = n,
                                 .categories = r->categories,
                                 .category_count = r->category_count,
                                 .regions = r->regions,
                                 .region_count = r->region_count,
                                 .from_us = r->from_us,
                                 .to_us = r->to_us,
                                 .known = r->known,
                                 .known_count = r->known_count};
    return select_items(&input, memory, &m->report->selection, err) &&
           (take_keys(m) || no_memory(err));
}

/* A section whose summary fails is shown as all others are; what was wrong is told once. */
static bool summarise_one(struct making *m, int32_t index, struct err *err)
{
    struct err why = {0};
    const struct report_request *r = m->request;
    struct report *report = m->report;
    struct llm_section section = {.spec = r->spec,
                                  .selection = &report->selection,
                                  .index = index,
                                  .clock = r->clock,
                                  .deadline_us = r->deadline_us - write_us};
    if (llm_summarise(r->llm, &section, &report->memory, &report->summaries[index], &why))
        return true;
    if (why.kind == ERR_CANCELLED) {
        *err = why;
        return false;
    }
    if (report->unsummarised++ == 0)
        report->unsummarised_why = why;
    return true;
}

static bool summarise(struct making *m, struct err *err)
{
    const struct report_request *r = m->request;
    const struct selection *s = &m->report->selection;
    if (r->llm == NULL)
        return true;
    m->report->summaries =
        arena_array(&m->report->memory, (size_t)s->section_count, sizeof *m->report->summaries);
    if (m->report->summaries == NULL)
        return no_memory(err);
    llm_begin(r->llm);
    for (int32_t i = 0; i < s->section_count; i++) {
        const struct select_section *section = &s->sections[i];
        bool wanted = section->count > 0 && r->spec->categories[section->category].summary;
        if (wanted && !summarise_one(m, i, err))
            return false;
    }
    return true;
}

static bool put_into_words(struct making *m, struct err *err)
{
    const struct report_request *r = m->request;
    struct report *report = m->report;
    struct report_page page = {.spec = r->spec,
                               .from_us = r->from_us,
                               .to_us = r->to_us,
                               .made_us = r->made_us,
                               .selection = &report->selection,
                               .sources = report->sources,
                               .summaries = report->summaries};
    report_html(&page, &report->html);
    report_text(&page, &report->text);
    return (buf_ok(&report->html) && buf_ok(&report->text)) || no_memory(err);
}

static bool make(struct making *m, struct err *err)
{
    const struct report_request *r = m->request;
    size_t count = (size_t)r->spec->source_count;
    if (!spec_check(r->spec, err))
        return false;
    if (r->from_us >= r->to_us)
        return err_set(err, ERR_REFUSED, "report: its period ends before it begins");
    m->report->sources = arena_array(&m->report->memory, count, sizeof *m->report->sources);
    m->harvests = arena_array(&m->report->memory, count, sizeof *m->harvests);
    if (m->report->sources == NULL || m->harvests == NULL)
        return no_memory(err);
    return ask_sources(m, err) && choose(m, err) && summarise(m, err) && put_into_words(m, err);
}

bool report_make(const struct report_request *request, struct report *ret, struct err *err)
{
    struct report report = {.memory = arena_init(ARENA_MAX),
                            .html = buf_init(REPORT_HTML_MAX),
                            .text = buf_init(REPORT_HTML_MAX)};
    struct making m = {.request = request, .report = &report};
    bool ok = make(&m, err);
    if (ok)
        *ret = report;
    else
        report_done(&report);
    return ok;
}

void report_done(struct report *report)
{
    if (report == NULL)
        return;
    buf_done(&report->html);
    buf_done(&report->text);
    arena_done(&report->memory);
}
