/* reports_html.h - port/reports.h: reads the specification's sources and writes one HTML file a
 * run, named after it. */
#ifndef ADAPTER_REPORTS_HTML_H
#define ADAPTER_REPORTS_HTML_H

#include "port/clock.h"
#include "port/content.h"
#include "port/reports.h"

/* Takes content over, also when it fails; the clock is borrowed. Both belong to the thread that
 * uses it. dir (where reports go) is copied. */
bool reports_html_new(struct content *content, struct clock_port *clock, const char *dir,
                      struct reports **ret, struct err *err);

#endif
