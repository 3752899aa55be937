/* schedule.c - one table of names an enum. */
#include "domain/schedule.h"

#include "base/str.h"

#include <string.h>

static const char *const status_names[SCHEDULE_STATUSES] = {"active", "paused", "cancelled",
                                                            "error"};
static const char *const trigger_names[TRIGGERS] = {"schedule", "catchup", "backfill",
                                                    "manual",   "test",    "after"};
static const char *const run_names[RUN_STATUSES] = {"queued", "running", "success",
                                                    "failed", "skipped", "cancelled"};

static const char *name_in(const char *const *names, int count, int value)
{
    return value >= 0 && value < count ? names[value] : "unknown";
}

static int find_in(const char *const *names, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (str_equal(names[i], name))
            return i;
    return -1;
}

bool schedule_overdue(bool enabled, enum schedule_status status, int64_t next_run_us,
                      int64_t now_us)
{
    return enabled && status == SCHEDULE_ACTIVE && now_us - next_run_us > SCHEDULE_OVERDUE_US;
}

const char *schedule_status_name(enum schedule_status v)
{
    return name_in(status_names, SCHEDULE_STATUSES, (int)v);
}

const char *run_trigger_name(enum run_trigger v)
{
    return name_in(trigger_names, TRIGGERS, (int)v);
}

const char *run_status_name(enum run_status v)
{
    return name_in(run_names, RUN_STATUSES, (int)v);
}

bool schedule_status_parse(const char *name, enum schedule_status *ret)
{
    int at = find_in(status_names, SCHEDULE_STATUSES, name);
    if (at >= 0)
        *ret = (enum schedule_status)at;
    return at >= 0;
}

bool run_trigger_parse(const char *name, enum run_trigger *ret)
{
    int at = find_in(trigger_names, TRIGGERS, name);
    if (at >= 0)
        *ret = (enum run_trigger)at;
    return at >= 0;
}

bool run_status_parse(const char *name, enum run_status *ret)
{
    int at = find_in(run_names, RUN_STATUSES, name);
    if (at >= 0)
        *ret = (enum run_status)at;
    return at >= 0;
}

bool schedule_next_name(const char **at, char ret[NAME_MAX_BYTES + 1])
{
    size_t len = strcspn(*at, "\n");
    if (len == 0 || !str_copy_n(ret, NAME_MAX_BYTES + 1, *at, len))
        return false;
    *at += len + ((*at)[len] == '\n');
    return true;
}
