/* report_page.h - a finished report as values: what report_html() and report_text() put into words.
 * Plain values; everything is borrowed. */
#ifndef ADAPTER_REPORT_PAGE_H
#define ADAPTER_REPORT_PAGE_H

#include "adapter/summary.h"
#include "base/err.h"
#include "domain/select.h"
#include "domain/spec.h"
#include "port/content.h"

#include <stdbool.h>
#include <stdint.h>

enum report_verdict {
    REPORT_READ,
    REPORT_UNCHANGED, /* nothing new since the last report */
    REPORT_FAILED,
    REPORT_VERDICTS
};

/* What became of one source of the specification. */
struct report_source {
    enum report_verdict verdict;
    struct err why;            /* REPORT_FAILED */
    int32_t read, shown;       /* items */
    int32_t odd;               /* entries that were left out or mended */
    bool cut;                  /* it had more than the ceilings */
    int64_t newest_us;         /* of its items; 0: none has a date */
    struct content_state next; /* to be handed in with the next request; {0}: must be read whole */
    char note[CONTENT_NOTE_MAX + 1];
};

struct report_page {
    const struct spec_def *spec;
    int64_t from_us, to_us; /* the period, [from, to) */
    int64_t made_us;
    const struct selection *selection;
    const struct report_source *sources; /* one for each of spec->sources */
    const struct summary *summaries;     /* one for each of the selection's sections; NULL: none */
};

#endif
