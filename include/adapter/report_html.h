/* report_html.h - a report as one HTML file that needs nothing else: for mail readers, phones,
 * paper, light and dark screens.
 *
 * No script, no picture, nothing that is loaded; a content security policy says so too. All text is
 * screened and escaped, links lead to http and https only. The same page gives the same bytes.
 * Any thread. */
#ifndef ADAPTER_REPORT_HTML_H
#define ADAPTER_REPORT_HTML_H

#include "adapter/report_page.h"
#include "base/buf.h"

enum { REPORT_HTML_MAX = 16 * 1024 * 1024 }; /* bytes; more than SPEC_ITEMS_MAX items ever take */

/* Appends to out, whose failure is the only one. */
void report_html(const struct report_page *page, struct buf *out);

#endif
