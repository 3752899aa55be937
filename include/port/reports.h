/* reports.h - port: makes the report of a run: reads the sources, chooses, writes the file.
 *
 * Making it again replaces what was there, so a run that was cut off is simply made once more. An
 * instance belongs to one thread. Adapters: reports_html. */
#ifndef PORT_REPORTS_H
#define PORT_REPORTS_H

#include "base/buf.h"
#include "base/err.h"
#include "port/agenda.h"

#include <stdbool.h>
#include <stdint.h>

enum { REPORT_BYTES_MAX = 16 << 20, REPORT_KEYS_BYTES_MAX = 1 << 20, REPORT_NAME_MAX = 80 };

/* What a generator looks around with, at least every second. */
struct report_watch {
    /* False with err: give up, at once, with this failure. */
    bool (*go_on)(void *ctx, struct err *err);
    void *ctx;
    int64_t deadline_us; /* boot time: the report must be made by then */
};

/* A report that was made. The bufs are the caller's, with the ceilings above; they are empty when
 * handed in. */
struct report_made {
    struct buf html, text;
    struct buf keys; /* uint64_t each: the items that are in it */
    int32_t items, sources, sources_failed;
    bool nothing_new;               /* no report was written: there is nothing to tell */
    char file[REPORT_NAME_MAX + 1]; /* name below the reports' directory */
    char sha256[65];                /* of the HTML */
};

struct reports;

struct reports_ops {
    const char *kind;
    /* False: err is the sentence that the run keeps. ERR_RETRY, ERR_UNREACHABLE: another attempt
     * may go better. */
    bool (*make)(struct reports *r, const struct run_work *work, const struct run_known *known,
                 const struct report_watch *watch, struct report_made *ret, struct err *err);
    void (*free)(struct reports *r); /* accepts NULL */
};

/* An adapter's struct begins with this one. */
struct reports {
    const struct reports_ops *ops;
};

#endif
