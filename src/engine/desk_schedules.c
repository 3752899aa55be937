/* desk_schedules.c - what each command about a schedule or a run does, as a table: the console's
 * desk and the sub-commands come here, so both say the same sentence for the same thing.
 *
 * The idea: when a schedule goes on, its next instant is worked out here, by the same function that
 * the lane and the preview ask, and handed in with the command. */
#include "desk_work.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/utf8.h"
#include "domain/calendar.h"
#include "domain/timing.h"
#include "port/agenda.h"
#include "port/zones.h"
#include "store/timing_json.h"

#include <string.h>

enum { WHEN_MAX = ZONE_NAME_MAX + NAME_MAX_BYTES + 48 };

#define DEFINITION_MEMORY ((size_t)1 << 20)

struct work {
    struct agenda *agenda;
    struct zones *zones;
    int64_t now_us;
    const struct command *command;
    struct agenda_ref schedule;
    struct reply *reply;
};

struct command_row {
    bool (*carry_out)(const struct work *w, struct err *err);
    enum schedule_control control;
    const char *done;      /* %s is the schedule's name */
    const char *unchanged; /* it was so already */
};

static bool go_on(const struct work *w, struct err *err);
static bool stand_still(const struct work *w, struct err *err);
static bool ask_run(const struct work *w, struct err *err);
static bool set_cron(const struct work *w, struct err *err);
static bool put_schedule(const struct work *w, struct err *err);
static bool delete_schedule(const struct work *w, struct err *err);
static bool run_seen(const struct work *w, struct err *err);
static bool run_cancel(const struct work *w, struct err *err);

static const struct command_row rows[COMMAND_KINDS] = {
    [COMMAND_SCHEDULE_ENABLE] = {go_on, SCHEDULE_ENABLE, "Enabled %s", "%s is enabled already."},
    [COMMAND_SCHEDULE_DISABLE] = {stand_still, SCHEDULE_DISABLE,
                                  "Disabled %s: it does not run until it is enabled.",
                                  "%s is disabled already."},
    [COMMAND_SCHEDULE_PAUSE] = {stand_still, SCHEDULE_PAUSE, "Paused %s.", "%s is paused already."},
    [COMMAND_SCHEDULE_RESUME] = {go_on, SCHEDULE_RESUME, "Resumed %s", "%s is active already."},
    [COMMAND_SCHEDULE_RUN] = {ask_run, SCHEDULE_CONTROLS, "A report of %s is being made.", NULL},
    [COMMAND_SCHEDULE_TEST] = {ask_run, SCHEDULE_CONTROLS,
                               "A test report of %s is being made; it counts for nothing.", NULL},
    [COMMAND_SCHEDULE_CRON] = {set_cron, SCHEDULE_CONTROLS, "Changed %s",
                               "%s has this expression already."},
    [COMMAND_SCHEDULE_PUT] = {put_schedule, SCHEDULE_CONTROLS, "Saved %s", "%s is so already."},
    [COMMAND_SCHEDULE_DELETE] = {delete_schedule, SCHEDULE_CONTROLS,
                                 "Deleted %s; its runs and reports stay.", NULL},
    [COMMAND_RUN_SEEN] = {run_seen, SCHEDULE_CONTROLS, "The failure of %s was seen.", NULL},
    [COMMAND_RUN_CANCEL] = {run_cancel, SCHEDULE_CONTROLS, "Cancelled the run of %s.", NULL},
};

/* Fills in a sentence with the name, screened: names come from files of others. */
static void say(const struct work *w, const char *format, const char *rest)
{
    char name[NAME_MAX_BYTES + 1];
    const char *at = strstr(format, "%s");
    text_screen_to(name, sizeof name, w->command->target);
    (void)str_format(w->reply->text, sizeof w->reply->text, "%.*s%s%s%s", (int)(at - format),
                     format, name, at + 2, rest); /* a cut is fine */
}

static bool control(const struct work *w, int64_t next_us, struct err *err)
{
    return w->agenda->ops->schedule_control(w->agenda, w->command->actor, &w->schedule,
                                            rows[w->command->kind].control, w->command->note,
                                            w->command->until_us, next_us, &w->reply->changed, err);
}

static bool stand_still(const struct work *w, struct err *err)
{
    const struct command_row *row = &rows[w->command->kind];
    if (!control(w, 0, err))
        return false;
    say(w, w->reply->changed ? row->done : row->unchanged, "");
    return true;
}

/* Of what follows another: end_s, as timing_after_end() says, is its next instant. */
static bool next_success(const struct work *w, const struct schedule_def *def, int64_t end_s,
                         int64_t *ret_us, char *dst, size_t size, struct err *err)
{
    char name[NAME_MAX_BYTES + 1];
    if (end_s <= calendar_floor(w->now_us, US_PER_S))
        return err_set(err, ERR_REFUSED,
                       "schedule: \"%s\" has come to its end; change its end (schedule edit)",
                       def->name);
    *ret_us = end_s == INT64_MAX ? SCHEDULE_NEVER_US : end_s * US_PER_S;
    text_screen_to(name, sizeof name, def->after);
    (void)str_format(dst, size, "; it runs after %s.", name); /* a cut is fine */
    return true;
}

/* When it runs next, and that instant as a clock in its zone shows it. How many runs it has made is
 * not asked: one that has made its last is at its end, and the record refuses it. */
static bool next_instant(const struct work *w, const struct schedule_def *def, int64_t *ret_us,
                         char *dst, size_t size, struct err *err)
{
    char key[TIMING_KEY_MAX], text[CALENDAR_TEXT_MAX];
    struct timing timing;
    struct timing_hit hit;
    struct zone_hint hint = {0};
    struct zone_stretch s;
    const struct zone *zone;
    if (!timing_json_read(&timing, def->type, def->config, strlen(def->config), key, err) ||
        !w->zones->ops->get(w->zones, timing.zone, &zone, err))
        return false;
    if (timing.type == TIMING_AFTER)
        return next_success(w, def, timing_after_end(&timing, zone, &hint), ret_us, dst, size, err);
    if (!timing_next(&timing, zone, &hint, calendar_floor(w->now_us, US_PER_S), 0, 0, &hit))
        return err_set(err, ERR_REFUSED,
                       "schedule: \"%s\" has no run to come; change its timing (schedule edit)",
                       def->name);
    zone_at(zone, &hint, hit.scheduled_for, &s);
    calendar_text(hit.scheduled_for + s.offset, text);
    *ret_us = hit.scheduled_for * US_PER_S;
    (void)str_format(dst, size, "; next run %.10s %.5s %s.", text, text + 11,
                     timing.zone); /* it fits */
    return true;
}

static bool go_on(const struct work *w, struct err *err)
{
    const struct command_row *row = &rows[w->command->kind];
    struct arena memory = arena_init(DEFINITION_MEMORY);
    struct schedule_def def;
    int64_t rev, next_us = 0;
    char when[WHEN_MAX];
    struct agenda *a = w->agenda;
    bool ok = a->ops->schedule_get(a, &w->schedule, &memory, &def, &rev, err) &&
              next_instant(w, &def, &next_us, when, sizeof when, err) && control(w, next_us, err);
    if (ok && w->reply->changed)
        say(w, row->done, when);
    else if (ok)
        say(w, row->unchanged, "");
    arena_done(&memory);
    return ok;
}

/* The period that a run now uses up; "" none. */
static bool period_of(const struct work *w, const struct schedule_def *def,
                      char dst[FREQUENCY_KEY_MAX], struct err *err)
{
    enum frequency frequency;
    dst[0] = '\0';
    if (w->command->kind == COMMAND_SCHEDULE_TEST || def->cadence != NULL)
        return true;
    if (!frequency_parse(def->frequency, &frequency))
        return err_set(err, ERR_REFUSED,
                       "schedule: the frequency of \"%s\" is not known; use daily, weekly, "
                       "biweekly or monthly",
                       def->specification);
    frequency_key(frequency, calendar_floor(w->now_us, US_PER_S), dst);
    return true;
}

static bool ask_run(const struct work *w, struct err *err)
{
    bool test = w->command->kind == COMMAND_SCHEDULE_TEST;
    struct arena memory = arena_init(DEFINITION_MEMORY);
    struct schedule_def def;
    struct uuid run;
    int64_t rev;
    char period[FREQUENCY_KEY_MAX];
    struct agenda *a = w->agenda;
    bool ok =
        a->ops->schedule_get(a, &w->schedule, &memory, &def, &rev, err) &&
        period_of(w, &def, period, err) &&
        a->ops->run_ask(a, w->command->actor, &w->schedule, test ? TRIGGER_TEST : TRIGGER_MANUAL,
                        period[0] != '\0' ? period : NULL, &run, err);
    w->reply->changed = ok;
    if (ok)
        say(w, rows[w->command->kind].done, "");
    arena_done(&memory);
    return ok;
}

/* Its timing becomes an expression; zone, exclusions and the rest stay. Somebody else's change in
 * between is a conflict (rev), and nothing is written. */
static bool set_cron(const struct work *w, struct err *err)
{
    const struct command_row *row = &rows[w->command->kind];
    struct arena memory = arena_init(DEFINITION_MEMORY);
    struct buf config = buf_init(TIMING_JSON_MAX);
    struct schedule_def def;
    int64_t rev, next_us = 0;
    enum put_answer answer = PUT_SAME;
    char when[WHEN_MAX];
    struct agenda *a = w->agenda;
    bool ok = a->ops->schedule_get(a, &w->schedule, &memory, &def, &rev, err) &&
              timing_json_set_cron(def.config, w->command->note, &config, err);
    if (ok) {
        def.type = timing_type_name(TIMING_CUSTOM);
        def.after = NULL; /* from now on it has times */
        def.config = buf_text(&config);
        ok = next_instant(w, &def, &next_us, when, sizeof when, err) &&
             a->ops->schedule_put(a, w->command->actor, &def, next_us, rev, &answer, err);
    }
    w->reply->changed = ok && answer != PUT_SAME;
    if (ok)
        say(w, w->reply->changed ? row->done : row->unchanged, w->reply->changed ? when : "");
    buf_done(&config);
    arena_done(&memory);
    return ok;
}

/* What the form says; the rest of a definition that is there stays. */
static void take_form(const struct command_schedule *c, struct schedule_def *def)
{
    def->specification = c->specification;
    def->type = c->type;
    if (!str_equal(c->type, timing_type_name(TIMING_AFTER)))
        def->after = NULL; /* it has times */
    def->config = c->config;
    def->categories = c->categories[0] != '\0' ? c->categories : NULL;
    def->regions = c->regions[0] != '\0' ? c->regions : NULL;
    def->cadence = c->cadence[0] != '\0' ? c->cadence : NULL;
    def->notes = c->notes;
    def->enabled = c->enabled;
}

/* The definition to begin with. A new one that is there already, or an old one that is gone, is
 * refused. */
static bool old_definition(const struct work *w, struct arena *memory, struct schedule_def *ret,
                           struct err *err)
{
    struct err why = {0};
    int64_t rev;
    bool fresh = w->command->schedule.rev == 0;
    bool there = w->agenda->ops->schedule_get(w->agenda, &w->schedule, memory, ret, &rev,
                                              fresh ? &why : err);
    if (!fresh)
        return there;
    *ret = (struct schedule_def){.workspace = w->schedule.workspace, .name = w->schedule.name};
    return !there || err_set(err, ERR_REFUSED,
                             "schedule: \"%s\" is there already; give this one another name",
                             w->schedule.name);
}

static bool put_schedule(const struct work *w, struct err *err)
{
    const struct command_row *row = &rows[w->command->kind];
    const struct command_schedule *form = &w->command->schedule;
    struct arena memory = arena_init(DEFINITION_MEMORY);
    struct schedule_def def;
    int64_t next_us = 0;
    enum put_answer answer = PUT_SAME;
    char when[WHEN_MAX];
    bool ok = old_definition(w, &memory, &def, err);
    if (ok) {
        take_form(form, &def);
        ok = next_instant(w, &def, &next_us, when, sizeof when, err) &&
             w->agenda->ops->schedule_put(w->agenda, w->command->actor, &def, next_us,
                                          form->rev > 0 ? form->rev : -1, &answer, err);
    }
    w->reply->changed = ok && answer != PUT_SAME;
    if (ok)
        say(w, w->reply->changed ? row->done : row->unchanged, w->reply->changed ? when : "");
    arena_done(&memory);
    return ok;
}

/* Those that change something each time they are carried out. */
static bool changed(const struct work *w, bool ok)
{
    w->reply->changed = ok;
    if (ok)
        say(w, rows[w->command->kind].done, "");
    return ok;
}

static bool delete_schedule(const struct work *w, struct err *err)
{
    return changed(
        w, w->agenda->ops->schedule_delete(w->agenda, w->command->actor, &w->schedule, err));
}

static bool run_seen(const struct work *w, struct err *err)
{
    return changed(w, w->agenda->ops->run_seen(w->agenda, w->command->actor, w->command->run, err));
}

static bool run_cancel(const struct work *w, struct err *err)
{
    return changed(w,
                   w->agenda->ops->run_cancel(w->agenda, w->command->actor, w->command->run, err));
}

void desk_carry_out_schedule(struct agenda *agenda, struct zones *zones, int64_t now_us,
                             const struct command *command, struct reply *ret)
{
    struct work w = {agenda, zones, now_us, command, {command->workspace, command->target}, ret};
    struct err err = {0};
    bool known = (unsigned)command->kind < COMMAND_KINDS && rows[command->kind].carry_out != NULL;
    if (desk_accept(command, known, "is not about a schedule", ret, &err))
        ret->ok = rows[command->kind].carry_out(&w, &err);
    desk_answer(ret, &err);
}
