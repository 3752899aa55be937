/* cmd_schedule_control.c - autopilot schedule: enable, disable, pause, resume, run. */
#include "agendas.h"
#include "base/clock.h"
#include "base/str.h"
#include "cmd_schedule_backfill.h"
#include "cmd_schedule_kinds.h"
#include "commands.h"
#include "domain/calendar.h"
#include "output.h"

static bool read_until(const struct app *app, int64_t *ret_us, struct err *err)
{
    const char *text = cli_value(app, "until");
    int64_t at_s;
    *ret_us = 0;
    if (text == NULL)
        return true;
    if (!calendar_parse(text, &at_s))
        return err_set(err, ERR_USAGE, "--until %s: write an instant such as 2026-12-01T00:00:00Z",
                       text);
    *ret_us = at_s * US_PER_S;
    return *ret_us > clock_now_us() ||
           err_set(err, ERR_USAGE, "--until %s: it is past already", text);
}

static enum schedule_control what_of(const char *verb)
{
    return str_equal(verb, "enable")    ? SCHEDULE_ENABLE
           : str_equal(verb, "disable") ? SCHEDULE_DISABLE
           : str_equal(verb, "pause")   ? SCHEDULE_PAUSE
                                        : SCHEDULE_RESUME;
}

static bool say_control(struct app *app, struct agenda_entry *e, enum schedule_control what,
                        bool changed, int64_t next_us, struct err *err)
{
    static const char *const done[SCHEDULE_CONTROLS] = {"enabled", "disabled", "paused", "resumed"};
    struct out_text t = {0};
    char next[NAME_MAX_BYTES + 64] = "";
    schedule_say_next(e, e->row->after, next_us, next, sizeof next);
    if (app->json)
        return out_json(json_pack("{s:o, s:s, s:b}", "schedule", json_text(e->row->name), "result",
                                  done[what], "changed", (int)changed),
                        true, err);
    if (app->quiet)
        return true;
    bool runs = what == SCHEDULE_ENABLE || what == SCHEDULE_RESUME;
    out_print("%s%s %s%s%s\n", changed ? "" : "already ", done[what], out_safe(&t, e->row->name),
              runs ? e->row->after != NULL ? "; it runs " : "; it runs next " : "",
              runs ? next : "");
    return true;
}

/* What a pause or an error held back, when that is asked for: from the instant at which the
 * schedule stands. Before it goes on: done twice, it is done once. */
static bool make_up(struct app *app, struct agendas *a, struct agenda_entry *e, struct err *err)
{
    bool held = e->row->status == SCHEDULE_PAUSED || e->row->status == SCHEDULE_ERROR;
    struct backfill_wish wish = {
        .from_us = e->row->next_run_us, .to_us = clock_now_us(), .sure = true};
    return !held || !cli_given(app, "backfill") || wish.from_us > wish.to_us ||
           schedule_backfill(app, a, e, &wish, err);
}

bool cmd_schedule_control(struct app *app, struct err *err)
{
    struct agendas a;
    struct agenda_entry e;
    enum schedule_control what = what_of(app->row->verb);
    const char *note = cli_value(app, "note");
    int64_t next_us = 0, until_us = 0;
    bool changed = false;
    bool ok = read_until(app, &until_us, err);
    if (!ok)
        return false;
    ok = agendas_open(app, true, &a, err) && agendas_find(&a, app->argument[0], &e, err);
    struct agenda_ref ref = {a.workspace, app->argument[0]};
    if (ok && (what == SCHEDULE_ENABLE || what == SCHEDULE_RESUME)) {
        struct agenda_entry again;
        ok = agendas_timing(&a, e.row->type, e.row->config, e.row->slots, &again, &next_us, err);
    }
    ok = ok && (what != SCHEDULE_RESUME || make_up(app, &a, &e, err)) &&
         a.agenda->ops->schedule_control(a.agenda, app->actor, &ref, what, note != NULL ? note : "",
                                         until_us, next_us, &changed, err) &&
         say_control(app, &e, what, changed, next_us, err);
    agendas_close(&a);
    return ok;
}

/* The period that a run now would use up; NULL: none is. */
static bool period_now(const struct app *app, const struct schedule_row *s,
                       char key[FREQUENCY_KEY_MAX], const char **ret, struct err *err)
{
    enum frequency cadence;
    *ret = NULL;
    if (cli_given(app, "test") || cli_given(app, "override") || s->cadence != NULL)
        return true;
    if (!frequency_parse(s->frequency, &cadence))
        return err_set(err, ERR_REFUSED, "schedule: the frequency \"%s\" of \"%s\" is not known",
                       s->frequency, s->specification);
    frequency_key(cadence, calendar_floor(clock_now_us(), US_PER_S), key);
    *ret = key;
    return true;
}

bool cmd_schedule_run(struct app *app, struct err *err)
{
    struct agendas a;
    struct agenda_entry e;
    struct uuid run;
    char key[FREQUENCY_KEY_MAX], id[UUID_TEXT_SIZE];
    const char *period = NULL;
    bool test = cli_given(app, "test");
    bool ok = agendas_open(app, true, &a, err) && agendas_find(&a, app->argument[0], &e, err);
    struct agenda_ref ref = {a.workspace, app->argument[0]};
    if (ok && !e.row->spec_active)
        ok = err_set(err, ERR_REFUSED, "Specification is not active");
    ok = ok && period_now(app, e.row, key, &period, err) &&
         a.agenda->ops->run_ask(a.agenda, app->actor, &ref, test ? TRIGGER_TEST : TRIGGER_MANUAL,
                                period, &run, err);
    if (ok) {
        uuid_text(run, id);
        if (app->json)
            ok = out_json(json_pack("{s:s, s:s}", "run", id, "status", "queued"), true, err);
        else if (!app->quiet)
            out_print("asked for %s report, run %s; an engine makes it\n", test ? "a test" : "a",
                      id);
    }
    agendas_close(&a);
    return ok;
}
