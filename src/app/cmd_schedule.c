/* cmd_schedule.c - autopilot schedule: list, show, add, edit, delete. */
#include "cmd_schedule.h"
#include "agendas.h"
#include "base/clock.h"
#include "base/str.h"
#include "cmd_schedule_kinds.h"
#include "commands.h"
#include "domain/calendar.h"
#include "output.h"
#include "schedule_config.h"
#include "schedule_json.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { PREVIEW = 5, WARN_DAYS = 31, CONFIG_MEMORY = 1 << 20, NEXT_MAX = NAME_MAX_BYTES + 64 };

/* --- list, show ------------------------------------------------------------------------------- */

static const char *state_of(const struct schedule_row *s)
{
    if (s->status == SCHEDULE_CANCELLED)
        return "ended";
    if (!s->enabled)
        return "disabled";
    return schedule_status_name(s->status);
}

json_t *schedule_json(const struct schedule_row *s)
{
    json_t *config = json_loads(s->config, 0, NULL);
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:s, s:o, s:b, s:s, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I, "
        "s:I, s:o, s:o, s:o, s:o, s:I, s:o, s:o}",
        "id", json_uuid(s->id), "workspace", json_text(s->workspace), "name", json_text(s->name),
        "specification", json_text(s->specification), "schedule_type", s->type, "schedule_config",
        config != NULL ? config : json_null(), "enabled", (int)s->enabled, "status",
        schedule_status_name(s->status), "next_run_at",
        schedule_next_json(s->next_run_us, s->after != NULL), "last_run_at",
        json_instant(s->last_run_us), "last_run_status",
        s->last_status[0] != '\0' ? json_text(s->last_status) : json_null(), "last_run_error",
        s->last_error[0] != '\0' ? json_text(s->last_error) : json_null(), "run_count",
        (json_int_t)s->runs, "success_count", (json_int_t)s->successes, "failure_count",
        (json_int_t)s->failures, "skip_count", (json_int_t)s->skipped, "overlap_skipped",
        (json_int_t)s->overlapped, "missed_count", (json_int_t)s->missed, "cadence_override",
        s->cadence != NULL ? json_text(s->cadence) : json_null(), "paused_until",
        json_instant(s->paused_until_us), "notes", json_text(s->notes), "created_by",
        json_text(s->created_by), "rev", (json_int_t)s->rev, "specifications",
        schedule_specs_json(s), "after", schedule_after_json(s));
}

static void list_line(const struct schedule_row *s)
{
    struct out_text t = {0};
    char next[NAME_MAX_BYTES + TIME_TEXT_MAX], specs[NAME_MAX_BYTES + 16];
    if (s->after != NULL)
        (void)str_format(next, sizeof next, "after %s", out_safe(&t, s->after)); /* a cut is fine */
    else
        time_text_utc(s->next_run_us, next);
    schedule_specs_brief(s, specs, sizeof specs);
    bool late = schedule_overdue(s->enabled, s->status, s->next_run_us, clock_now_us());
    out_print("%-24s %-9s %-20s%s  %-20s %4lld ok %3lld failed %3lld skipped  %s%s\n",
              out_safe(&t, s->name), state_of(s), next, late ? " OVERDUE" : "", specs,
              (long long)s->successes, (long long)s->failures, (long long)s->skipped,
              out_safe(&t, s->paused_note), out_safe(&t, s->last_error));
}

bool cmd_schedule_list(struct app *app, struct err *err)
{
    struct agendas a;
    struct schedule_row *rows;
    int32_t count = 0;
    bool ok = agendas_open(app, false, &a, err) &&
              read_schedules(a.db, app->workspace, NULL, &a.arena, &rows, &count, err);
    if (ok && count == 0 && !app->json && !app->quiet)
        out_print("no schedules yet; make one with: autopilot schedule add NAME --spec S --time "
                  "09:00\n");
    for (int32_t i = 0; ok && i < count; i++) {
        if (app->json)
            ok = out_json(schedule_json(&rows[i]), true, err);
        else
            list_line(&rows[i]);
    }
    agendas_close(&a);
    return ok;
}

/* What the specification's frequency says, unless the schedule overrides it. */
static struct timing_limit limit_of(const struct schedule_row *s)
{
    struct timing_limit limit = {.ran = s->ran, .last_success = s->last_success_us / US_PER_S};
    /* Several have each their own: every slot is shown. */
    limit.on =
        s->cadence == NULL && s->further == NULL && frequency_parse(s->frequency, &limit.cadence);
    return limit;
}

static void print_preview(struct agenda_entry *e)
{
    struct timing_hit rows[PREVIEW];
    struct timing_limit limit = limit_of(e->row);
    uint64_t id = str_hash(e->row->id.byte, sizeof e->row->id.byte, 0);
    int32_t n = timing_preview(&e->timing, e->zone, &e->hint, e->row->next_run_us / US_PER_S - 1,
                               e->row->slots, id, &limit, rows, PREVIEW);
    for (int32_t i = 0; i < n; i++) {
        struct buf reason = buf_init(1024);
        char local[TIMING_WALL_MAX], utc[CALENDAR_TEXT_MAX];
        timing_wall(e->zone, &e->hint, rows[i].scheduled_for, local);
        calendar_text(rows[i].scheduled_for, utc);
        timing_reason(&rows[i], e->zone, &e->hint, &limit, &reason);
        out_print("%s%s  %s  %s\n", i == 0 ? "next runs      " : "               ", local, utc,
                  buf_text(&reason));
        buf_done(&reason);
    }
}

static bool print_what(struct agendas *a, struct agenda_entry *e, struct err *err)
{
    struct out_text t = {0};
    const struct schedule_row *s = e->row;
    struct buf words = buf_init(4096);
    cron_words(&e->timing.cron, &words);
    out_print("%s (%s)\n", out_safe(&t, s->name), state_of(s));
    bool ok = s->further == NULL || schedule_print_specs(a, s, err);
    if (s->further == NULL)
        out_print("specification  %s, %s%s\n", out_safe(&t, s->specification),
                  out_safe(&t, s->frequency), s->spec_active ? "" : ", not active");
    if (s->after != NULL)
        out_print("when           after %s: each time its report was made\n",
                  out_safe(&t, s->after));
    else
        out_print("when           %s (%s)\n", buf_text(&words), out_safe(&t, e->timing.zone));
    buf_done(&words);
    return ok;
}

static bool print_schedule(struct agendas *a, struct agenda_entry *e, struct err *err)
{
    struct out_text t = {0};
    const struct schedule_row *s = e->row;
    if (!print_what(a, e, err))
        return false;
    out_print("config         %s\n", out_safe(&t, s->config));
    if (s->cadence != NULL)
        out_print("cadence        overridden: %s\n", out_safe(&t, s->cadence));
    if (s->categories != NULL)
        out_print("categories     %s\n", out_safe(&t, s->categories));
    if (s->regions != NULL)
        out_print("regions        %s\n", out_safe(&t, s->regions));
    if (s->paused_note[0] != '\0')
        out_print("paused         %s\n", out_safe(&t, s->paused_note));
    if (s->last_error[0] != '\0')
        out_print("last error     %s\n", out_safe(&t, s->last_error));
    out_print("runs           %lld, %lld succeeded, %lld failed; skipped: %lld by frequency, %lld "
              "by overlap, %lld missed\n",
              (long long)s->runs, (long long)s->successes, (long long)s->failures,
              (long long)s->skipped, (long long)s->overlapped, (long long)s->missed);
    if (s->enabled && s->status != SCHEDULE_CANCELLED)
        print_preview(e);
    if (s->notes[0] != '\0')
        out_print("notes          %s\n", out_safe(&t, s->notes));
    return true;
}

bool cmd_schedule_show(struct app *app, struct err *err)
{
    struct agendas a;
    struct agenda_entry e;
    bool ok = agendas_open(app, false, &a, err) && agendas_find(&a, app->argument[0], &e, err);
    if (ok && app->json)
        ok = out_json(schedule_json(e.row), false, err);
    else if (ok)
        ok = print_schedule(&a, &e, err);
    agendas_close(&a);
    return ok;
}

/* --- add, edit -------------------------------------------------------------------------------- */

/* Does the timing ask for more reports than the frequency allows? Said, not refused. */
static void warn_frequency(struct agenda_entry *e, const char *spec, const char *frequency)
{
    enum frequency cadence;
    struct timing_hit hit;
    int64_t from = calendar_floor(clock_now_us(), US_PER_S), at = from, last = INT64_MIN;
    int runs = 0, periods = 0;
    if (!frequency_parse(frequency, &cadence))
        return;
    while (runs < 100000 && timing_next(&e->timing, e->zone, &e->hint, at, 0, 0, &hit) &&
           hit.scheduled_for < from + WARN_DAYS * CALENDAR_DAY_S) {
        at = hit.scheduled_for;
        runs++;
        periods += frequency_period(cadence, at) != last;
        last = frequency_period(cadence, at);
    }
    if (runs > periods)
        out_warn("this schedule comes up %d times in %d days; its specification %s is %s, so %d of "
                 "them will be skipped",
                 runs, WARN_DAYS, spec, frequency, runs - periods);
}

/* The specification's frequency, for the warning; "" when it is not there. */
static const char *frequency_of(struct agendas *a, const char *spec)
{
    struct spec_row *rows;
    int32_t count;
    if (!read_specs(a->db, a->workspace, spec, &a->arena, &rows, &count, NULL) || count == 0)
        return "";
    return rows[0].frequency;
}

static void warn_frequencies(struct agendas *a, struct agenda_entry *e,
                             const struct schedule_def *def)
{
    char name[NAME_MAX_BYTES + 1];
    const char *at = def->further != NULL ? def->further : "";
    warn_frequency(e, def->specification, frequency_of(a, def->specification));
    while (schedule_next_name(&at, name))
        warn_frequency(e, name, frequency_of(a, name));
}

/* Options that replace what the definition has. A list of "all" takes an override away. */
static bool apply_options(const struct app *app, struct agendas *a, struct schedule_def *def,
                          struct err *err)
{
    static const struct {
        const char *option;
        size_t at;
    } lists[] = {{"category", offsetof(struct schedule_def, categories)},
                 {"region", offsetof(struct schedule_def, regions)}};
    for (int i = 0; i < 2; i++) {
        char *text = schedule_config_list(app, lists[i].option);
        if (text == NULL)
            continue;
        const char *copy = text[0] != '\0' ? arena_text(&a->arena, text) : NULL;
        memcpy((char *)def + lists[i].at, &copy, sizeof copy);
        free(text);
    }
    if (!schedule_apply_specs(app, a, def, err))
        return false;
    if (cli_given(app, "notes"))
        def->notes = cli_value(app, "notes");
    if (cli_given(app, "override"))
        def->cadence =
            str_equal(cli_value(app, "override"), "no") ? NULL : cli_value(app, "override");
    enum frequency cadence;
    if (def->cadence != NULL && !frequency_parse(def->cadence, &cadence))
        return err_set(err, ERR_USAGE,
                       "--override %s: write daily, weekly, biweekly, monthly, or no",
                       def->cadence);
    return true;
}

static bool apply_config(const struct app *app, struct agendas *a, struct schedule_def *def,
                         struct err *err)
{
    json_error_t why;
    const char *given = cli_value(app, "config-json");
    json_t *config = json_loads(given != NULL ? given : def->config, JSON_REJECT_DUPLICATES, &why);
    if (!json_is_object(config)) {
        json_decref(config);
        return err_set(err, ERR_USAGE, "--config-json: it is no JSON object: %s", why.text);
    }
    bool ok = schedule_config_apply(app, &def->type, config, err);
    char *text = ok ? json_dumps(config, JSON_COMPACT) : NULL;
    if (ok) {
        def->config = text != NULL ? arena_text(&a->arena, text) : NULL;
        ok = def->config != NULL || err_set(err, ERR_STOP, "schedule: out of memory");
    }
    free(text);
    json_decref(config);
    return ok;
}

bool schedule_apply(const struct app *app, struct agendas *a, struct schedule_def *def,
                    struct err *err)
{
    return apply_options(app, a, def, err) && apply_config(app, a, def, err) &&
           schedule_apply_after(app, def, err);
}

static bool save(struct app *app, struct agendas *a, struct schedule_def *def, int64_t slots,
                 int64_t rev, struct err *err)
{
    struct agenda_entry e;
    struct out_text t = {0};
    enum put_answer answer;
    int64_t next_us = 0;
    char next[NEXT_MAX];
    if (!schedule_apply(app, a, def, err) ||
        !agendas_timing(a, def->type, def->config, slots, &e, &next_us, err) ||
        !a->agenda->ops->schedule_put(a->agenda, app->actor, def, next_us, rev, &answer, err))
        return false;
    if (def->cadence == NULL)
        warn_frequencies(a, &e, def);
    if (app->json)
        return out_json(json_pack("{s:o, s:s, s:o}", "schedule", json_text(def->name), "result",
                                  answer == PUT_CREATED   ? "created"
                                  : answer == PUT_CHANGED ? "updated"
                                                          : "unchanged",
                                  "next_run_at", schedule_next_json(next_us, def->after != NULL)),
                        true, err);
    schedule_say_next(&e, def->after, next_us, next, sizeof next);
    if (!app->quiet)
        out_print("%s schedule %s; it runs %s%s\n",
                  answer == PUT_CREATED   ? "created"
                  : answer == PUT_CHANGED ? "updated"
                                          : "unchanged",
                  out_safe(&t, def->name), def->after != NULL ? "" : "next ", next);
    return true;
}

bool cmd_schedule_add(struct app *app, struct err *err)
{
    struct agendas a;
    bool ok = agendas_open(app, true, &a, err);
    struct schedule_def def = {.workspace = a.workspace,
                               .name = app->argument[0],
                               .specification = "",
                               .config = "{}",
                               .notes = "",
                               .enabled = !cli_given(app, "disabled")};
    if (ok && !cli_given(app, "spec"))
        ok = err_set(err, ERR_USAGE, "schedule add: --spec NAME says what to report");
    struct schedule_row *rows;
    int32_t count = 0;
    ok = ok && read_schedules(a.db, a.workspace, def.name, &a.arena, &rows, &count, err);
    if (ok && count > 0)
        ok = err_set(err, ERR_REFUSED,
                     "schedule: \"%s\" is there already; change it with "
                     "`autopilot schedule edit`",
                     def.name);
    if (ok && cli_given(app, "from"))
        ok = schedule_begin_from(&a, cli_value(app, "from"), &def, err);
    ok = ok && save(app, &a, &def, 0, -1, err);
    agendas_close(&a);
    return ok;
}

bool cmd_schedule_edit(struct app *app, struct err *err)
{
    struct agendas a;
    struct agenda_entry e;
    struct schedule_def def;
    int64_t rev;
    if (cli_given(app, "from"))
        return err_set(err, ERR_USAGE, "--from: a template is what a new schedule begins with");
    bool ok = agendas_open(app, true, &a, err);
    struct agenda_ref ref = {a.workspace, app->argument[0]};
    ok = ok && agendas_find(&a, ref.name, &e, err) &&
         a.agenda->ops->schedule_get(a.agenda, &ref, &a.arena, &def, &rev, err) &&
         save(app, &a, &def, e.row->slots, rev, err);
    agendas_close(&a);
    return ok;
}

bool cmd_schedule_delete(struct app *app, struct err *err)
{
    struct agendas a;
    struct out_text t = {0};
    bool ok = agendas_open(app, true, &a, err);
    struct agenda_ref ref = {a.workspace, app->argument[0]};
    ok = ok &&
         out_confirm(cli_given(app, "yes"),
                     "Delete the schedule? Its runs and reports stay. (yes/no) ", err) &&
         a.agenda->ops->schedule_delete(a.agenda, app->actor, &ref, err);
    if (ok && !app->quiet)
        out_print("deleted schedule %s\n", out_safe(&t, ref.name));
    agendas_close(&a);
    return ok;
}
