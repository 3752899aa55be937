/* cmd_log.c - autopilot log: the last lines, those that match, and those that come. */
#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "base/watch.h"
#include "commands.h"
#include "log_view.h"
#include "output.h"
#include "place.h"
#include "record.h"

#include <poll.h>

static bool log_filter_from(struct app *app, struct log_filter *ret, struct err *err)
{
    const char *level = cli_value(app, "level");
    const char *since = cli_value(app, "since");
    int64_t span;
    *ret = (struct log_filter){
        .level = LOG_INFO,
        .job = cli_value(app, "job"),
        .match = cli_value(app, "grep"),
        .mask = !cli_given(app, "unmask"),
    };
    if (level != NULL && !log_level_parse(level, &ret->level))
        return err_set(err, ERR_USAGE, "--level: \"%s\" is none of error, warn, info, debug",
                       level);
    if (since != NULL && str_span_us(since, &span))
        ret->since_us = clock_now_us() - span;
    else if (since != NULL && !time_parse(since, &ret->since_us))
        return err_set(err, ERR_USAGE,
                       "--since: \"%s\" is neither a span (10m, 2h, 3d) nor an instant "
                       "(2026-11-23T09:00:00Z)",
                       since);
    return true;
}

/* New lines as they come, until a signal ends the program. */
static bool follow(struct log_view *v, struct err *err)
{
    static const char *const names[] = {PLACE_RECORD "-wal", PLACE_LOG "-wal"};
    struct watch w;
    watch_init(&w, v->app->data_dir, names, 2);
    while (log_view_new(v, err)) {
        struct pollfd p = {.fd = w.fd, .events = POLLIN};
        (void)poll(&p, w.fd >= 0 ? 1 : 0, w.fd >= 0 ? 10000 : 1000); /* a look too many is fine */
        (void)watch_changed(&w); /* whatever changed, the next page tells */
    }
    watch_done(&w);
    return false;
}

bool cmd_log(struct app *app, struct err *err)
{
    struct log_view v = {.app = app};
    int64_t count = 200;
    bool ok = log_filter_from(app, &v.filter, err) &&
              cli_number(app, "count", 0, INT32_MAX, 200, &count, err) &&
              record_read(app, &v.db, err);
    bool all = count == 0 || (v.filter.since_us != 0 && !cli_given(app, "count"));
    if (ok && all)
        ok = log_view_new(&v, err);
    else if (ok)
        ok = log_view_page(&v, (int32_t)count, true, NULL, err);
    if (ok && cli_given(app, "follow"))
        ok = follow(&v, err);
    db_close(v.db);
    return ok;
}
