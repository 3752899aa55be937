/* report.h - makes a report: asks every source, chooses, and writes HTML and text.
 *
 * Written in plain blocking style on ports: whoever calls gives the sources, the clock and a
 * deadline, and may ask for an end at any time through the clock. A source that fails costs its
 * items and is named with the reason; only a report for which no source answered fails as a whole.
 * The same specification, period, answers and instant give the same bytes.
 * A request, its ports and its report belong to one thread. */
#ifndef ADAPTER_REPORT_H
#define ADAPTER_REPORT_H

#include "adapter/llm.h"
#include "adapter/report_page.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "port/clock.h"
#include "port/content.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REPORT_ITEMS_MAX = 50 * 1000 }; /* of all sources; what lies behind is not taken (`cut`) */

struct report_request {
    const struct spec_def *spec;
    int64_t from_us, to_us;        /* the period, [from, to), from < to */
    int64_t made_us;               /* the instant that the report shows as its own */
    const char *const *categories; /* only these, by id; none: all of the specification */
    int32_t category_count;
    const char *const *regions; /* likewise */
    int32_t region_count;
    const uint64_t *known; /* keys of items that earlier reports showed, ascending */
    size_t known_count;
    const struct content_state *since; /* one for each source, of the last report; NULL: read all */
    struct content *content;
    struct clock_port *clock;
    struct llm *llm;     /* for sections that want a summary; NULL: none has one */
    int64_t deadline_us; /* boot time: sources that did not answer by then have failed */
    int64_t source_us;   /* patience with one source; 0: 45 s */
};

/* A report. Zeroed before report_make(), given back with report_done(). */
struct report {
    struct arena memory;
    struct buf html, text;
    struct selection selection;
    struct report_source *sources; /* one for each of the specification */
    uint64_t *keys;                /* of the items shown, ascending: for `known` of later ones */
    int32_t failed;                /* sources */
    struct summary *summaries;     /* one for each section of the selection; NULL: not asked for */
    int32_t unsummarised;          /* sections that were to have a summary and have none */
    struct err unsummarised_why;   /* of the first of them */
};

/* ERR_CANCELLED: the clock said so; ERR_RETRY: no source answered (the sentence names the first);
 * ERR_REFUSED: the request is wrong (a category that is not there, an empty period, a specification
 * that breaks a rule); ERR_STOP: out of memory. On failure *ret needs no report_done(). */
bool report_make(const struct report_request *request, struct report *ret, struct err *err);
void report_done(struct report *report); /* accepts NULL or a zeroed struct */

#endif
