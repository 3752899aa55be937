/* agendas.c - opens the agenda for one command, and finds what the command is about. */
#include "agendas.h"

#include "adapter/clock_real.h"
#include "adapter/zone_file.h"
#include "adapter/zones_tzdata.h"
#include "base/clock.h"
#include "base/str.h"
#include "config.h"
#include "domain/calendar.h"
#include "place.h"
#include "record.h"
#include "shared.h"
#include "store/names.h"
#include "store/timing_json.h"

#include <string.h>

#define LIST_MEMORY ((size_t)256 << 20)

/* The port, with what the config says about operators. A config that can't be read is refused: its
 * limits are not known. */
static bool open_port(struct app *app, struct agendas *ret, struct err *err)
{
    struct config config;
    if (!config_read(app->config_path, cli_given(app, "config"), &config, err))
        return false;
    if (!shared_agenda(app, &config.settings, ret->clock, &ret->agenda, err))
        return false;
    struct agenda_rules rules = {.admins = arena_text(&ret->arena, config.settings.engine_admins),
                                 .create_per_hour = config.settings.create_per_hour,
                                 .run_per_hour = config.settings.run_per_hour};
    ret->agenda->ops->rules(ret->agenda, &rules);
    ret->admin = rules.admins != NULL && role_listed(rules.admins, app->actor);
    return true;
}

bool agendas_open(struct app *app, bool change, struct agendas *ret, struct err *err)
{
    *ret = (struct agendas){.arena = arena_init(LIST_MEMORY)};
    if (change && app->read_only)
        return err_set(err, ERR_REFUSED, "nothing is changed with --read-only");
    app->will_change = change;
    return record_read(app, &ret->db, err) &&
           record_workspace(app, ret->db, &ret->workspace, err) &&
           clock_real_new(NULL, &ret->clock, err) &&
           zones_tzdata_new(ZONE_FILES_DIR, &ret->zones, err) &&
           (!change || open_port(app, ret, err));
}

void agendas_close(struct agendas *a)
{
    if (a->agenda != NULL)
        a->agenda->ops->free(a->agenda);
    if (a->zones != NULL)
        a->zones->ops->free(a->zones);
    clock_real_free(a->clock);
    db_close(a->db);
    arena_done(&a->arena);
}

static bool read_timing(struct agendas *a, const char *type, const char *config,
                        struct agenda_entry *ret, struct err *err)
{
    char key[TIMING_KEY_MAX];
    ret->hint = (struct zone_hint){0};
    return timing_json_read(&ret->timing, type, config, strlen(config), key, err) &&
           a->zones->ops->get(a->zones, ret->timing.zone, &ret->zone, err);
}

bool agendas_find(struct agendas *a, const char *name, struct agenda_entry *ret, struct err *err)
{
    struct schedule_row *rows;
    int32_t count;
    if (!read_schedules(a->db, a->workspace, name, &a->arena, &rows, &count, err))
        return false;
    if (count == 0)
        return names_no_schedule(a->db, a->workspace, name, err);
    ret->row = rows;
    return read_timing(a, rows->type, rows->config, ret, err);
}

/* What follows another has no instant but its end. */
static bool after_instant(const struct agenda_entry *e, int64_t slots, int64_t now,
                          struct zone_hint *hint, int64_t *ret_next_us, struct err *err)
{
    int64_t end = timing_after_end(&e->timing, e->zone, hint);
    if (end <= now || (e->timing.max_runs > 0 && slots >= e->timing.max_runs))
        return err_set(err, ERR_REFUSED,
                       "schedule: it does not run any more: its end date is past, or its runs are "
                       "made");
    *ret_next_us = end == INT64_MAX ? SCHEDULE_NEVER_US : end * US_PER_S;
    return true;
}

bool agendas_timing(struct agendas *a, const char *type, const char *config, int64_t slots,
                    struct agenda_entry *ret, int64_t *ret_next_us, struct err *err)
{
    struct timing_hit hit;
    int64_t now = calendar_floor(clock_now_us(), US_PER_S);
    if (!read_timing(a, type, config, ret, err))
        return false;
    if (ret->timing.type == TIMING_AFTER)
        return after_instant(ret, slots, now, &ret->hint, ret_next_us, err);
    if (ret->timing.cron.never)
        return err_set(err, ERR_REFUSED,
                       "schedule: \"%s\" never runs: no month that it names has such a day",
                       ret->timing.expression);
    if (!timing_next(&ret->timing, ret->zone, &ret->hint, now, slots, 0, &hit))
        return err_set(err, ERR_REFUSED,
                       "schedule: it does not run any more: its end date is past, its runs are "
                       "made, or every day is excluded");
    *ret_next_us = hit.scheduled_for * US_PER_S;
    return true;
}

bool agendas_run(struct app *app, struct agendas *a, struct run_row *ret, struct err *err)
{
    struct uuid id;
    struct run_row *rows;
    int32_t count;
    const char *text = app->argument[0];
    bool last = str_equal(text, "last");
    struct run_filter filter = {
        .workspace = app->workspace, .schedule = cli_value(app, "schedule"), .max = 1};
    if (!last && !uuid_parse(text, &id))
        return err_set(err, ERR_USAGE,
                       "run: \"%s\" is no run's id; `autopilot run list` has them, or say `last`",
                       text);
    if (!last)
        filter.run = &id;
    if (!read_runs(a->db, &filter, &a->arena, &rows, &count, err))
        return false;
    if (count == 0)
        return err_set(err, ERR_REFUSED, "run: there is no %s; `autopilot run list` has all",
                       last ? "run yet" : "such run");
    *ret = rows[0];
    return true;
}
