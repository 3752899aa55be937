/* reports_html.h - port/reports.h: reads the specification's sources and writes one HTML file a
 * run, named after it. */
#ifndef ADAPTER_REPORTS_HTML_H
#define ADAPTER_REPORTS_HTML_H

#include "adapter/llm.h"
#include "port/clock.h"
#include "port/content.h"
#include "port/reports.h"

struct reports_html_options {
    const char *dir; /* where reports go; copied */
    struct llm *llm; /* for sections that want a summary; NULL: none has one */
    /* Told why a report has fewer summaries than it was to have, once a report. */
    void (*tell)(void *ctx, const char *text);
    void *ctx;
};

/* Takes content and llm over, also when it fails; the clock is borrowed. They belong to the thread
 * that uses it. */
bool reports_html_new(struct content *content, struct clock_port *clock,
                      const struct reports_html_options *options, struct reports **ret,
                      struct err *err);

#endif
