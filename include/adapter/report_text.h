/* report_text.h - a report as plain text of at most 76 columns (addresses may be longer), for
 * terminals and for the text part of a mail.
 *
 * All text is screened: no byte of it is a control character but the line feed. The same page gives
 * the same bytes, whatever the locale. Any thread. */
#ifndef ADAPTER_REPORT_TEXT_H
#define ADAPTER_REPORT_TEXT_H

#include "adapter/report_page.h"
#include "base/buf.h"

/* Appends to out, whose failure is the only one. */
void report_text(const struct report_page *page, struct buf *out);

#endif
