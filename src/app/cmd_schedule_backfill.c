/* cmd_schedule_backfill.c - autopilot schedule backfill.
 *
 * The idea: the slots are those that timing_next() gives, as the engine plans by it; a dry run of
 * the command is the list, so that what is shown is what is done. */
#include "cmd_schedule_backfill.h"

#include "base/clock.h"
#include "base/str.h"
#include "commands.h"
#include "domain/calendar.h"
#include "output.h"
#include "store/read_kinds.h"

#include <stdlib.h>

/* The slots of one command, with the texts that they point to. */
struct plan {
    struct backfill_slot slot[BACKFILL_MAX];
    char key[BACKFILL_MAX][FREQUENCY_KEY_MAX];
    enum backfill_answer answer[BACKFILL_MAX];
    int32_t count;
};

static bool too_many(const struct backfill_wish *w, struct err *err)
{
    char from[CALENDAR_TEXT_MAX], to[CALENDAR_TEXT_MAX];
    calendar_text(w->from_us / US_PER_S, from);
    calendar_text(w->to_us / US_PER_S, to);
    return err_set(err, ERR_REFUSED,
                   "schedule: there are more than %d slots from %s to %s; choose a shorter time "
                   "(--from, --to)",
                   BACKFILL_MAX, from, to);
}

/* The period that the slot's report uses up, unless the schedule overrides the frequency. */
static void set_period(struct plan *p, int32_t i, enum frequency cadence)
{
    struct backfill_slot *s = &p->slot[i];
    int64_t at_s = s->slot_us / US_PER_S;
    int64_t period = frequency_period(cadence, at_s);
    frequency_key(cadence, at_s, p->key[i]);
    s->period_key = p->key[i];
    s->from_us = frequency_period_start(cadence, period) * US_PER_S;
    s->to_us = frequency_period_start(cadence, period + 1) * US_PER_S;
}

/* How many runs it made is left aside: these are old ones. */
static bool gather(struct agenda_entry *e, const struct backfill_wish *w, struct plan *p,
                   struct err *err)
{
    enum frequency cadence = FREQUENCY_DAILY;
    struct timing_hit hit;
    bool limited = e->row->cadence == NULL;
    int64_t after = calendar_floor(w->from_us - 1, US_PER_S);
    if (limited && !frequency_parse(e->row->frequency, &cadence))
        return err_set(err, ERR_REFUSED, "schedule: the frequency \"%s\" of \"%s\" is not known",
                       e->row->frequency, e->row->specification);
    while (timing_next(&e->timing, e->zone, &e->hint, after, 0, 0, &hit) &&
           hit.scheduled_for * US_PER_S <= w->to_us) {
        if (p->count == BACKFILL_MAX)
            return too_many(w, err);
        after = hit.scheduled_for;
        p->slot[p->count] = (struct backfill_slot){.slot_us = after * US_PER_S};
        if (limited)
            set_period(p, p->count, cadence);
        p->count++;
    }
    return true;
}

static const char *answer_words(enum backfill_answer answer, bool done)
{
    static const char *const words[BACKFILL_ANSWERS] = {
        [BACKFILL_RUNS] = "will run",
        [BACKFILL_DONE] = "has its report",
        [BACKFILL_OPEN] = "waits or is made already",
        [BACKFILL_BLOCKED] = "blocked by the frequency: its period has a report",
        [BACKFILL_LEFT] = "left out: not asked for",
    };
    return done && answer == BACKFILL_RUNS ? "queued" : words[answer];
}

static int32_t count_runs(const struct plan *p)
{
    int32_t n = 0;
    for (int32_t i = 0; i < p->count; i++)
        n += p->answer[i] == BACKFILL_RUNS;
    return n;
}

static void print_slots(struct agenda_entry *e, const struct plan *p)
{
    struct out_text t = {0};
    if (e->row->further != NULL)
        out_print("specification %s\n", out_safe(&t, e->row->specification));
    for (int32_t i = 0; i < p->count; i++) {
        char local[TIMING_WALL_MAX], utc[CALENDAR_TEXT_MAX];
        int64_t at_s = p->slot[i].slot_us / US_PER_S;
        timing_wall(e->zone, &e->hint, at_s, local);
        calendar_text(at_s, utc);
        out_print("%s  %s  %s\n", local, utc, answer_words(p->answer[i], false));
    }
}

static bool print_json(struct agenda_entry *e, const struct plan *p, bool done, struct err *err)
{
    bool ok = true;
    for (int32_t i = 0; ok && i < p->count; i++)
        ok = out_json(json_pack("{s:o, s:o, s:o, s:s}", "schedule", json_text(e->row->name),
                                "specification", json_text(e->row->specification), "scheduled_for",
                                json_instant(p->slot[i].slot_us), "result",
                                answer_words(p->answer[i], done)),
                      true, err);
    return ok;
}

static bool ask(struct app *app, struct agendas *a, const struct agenda_entry *e,
                const struct backfill_wish *w, bool dry, struct plan *p, struct err *err)
{
    struct agenda_ref ref = {a->workspace, e->row->name};
    struct backfill_order order = {.slots = p->slot,
                                   .count = p->count,
                                   .specification = e->row->specification,
                                   .which = w->which,
                                   .dry = dry};
    return a->agenda->ops->backfill(a->agenda, app->actor, &ref, &order, p->answer, err);
}

static bool carry_out(struct app *app, struct agendas *a, struct agenda_entry *e,
                      const struct backfill_wish *w, struct plan *p, struct err *err)
{
    struct out_text t = {0};
    if (!gather(e, w, p, err) || !ask(app, a, e, w, true, p, err))
        return false;
    if (!app->json && !app->quiet)
        print_slots(e, p);
    bool dry = w->dry || count_runs(p) == 0;
    if (!dry &&
        (!out_confirm(w->sure, "Make these reports?", err) || !ask(app, a, e, w, false, p, err)))
        return false;
    if (app->json)
        return print_json(e, p, !dry, err);
    if (!app->quiet && count_runs(p) == 0)
        out_print("nothing of %s is to be made up for\n", out_safe(&t, e->row->name));
    else if (!app->quiet)
        out_print(dry ? "%d of %s would be made\n"
                      : "%d reports of %s wait; an engine makes them one after the other\n",
                  (int)count_runs(p), out_safe(&t, e->row->name));
    return true;
}

/* One specification of the schedule, as if it had no other. */
static bool backfill_spec(struct app *app, struct agendas *a, const struct agenda_entry *whole,
                          const struct schedule_spec_row *spec, const struct backfill_wish *wish,
                          struct err *err)
{
    struct schedule_row row = *whole->row;
    struct agenda_entry e = *whole;
    e.row = &row;
    row.specification = spec->name;
    row.frequency = spec->frequency;
    if (!spec->active)
        return err_set(err, ERR_REFUSED, "Specification is not active");
    struct plan *p = calloc(1, sizeof *p);
    bool ok = p != NULL ? carry_out(app, a, &e, wish, p, err)
                        : err_set(err, ERR_STOP, "schedule: out of memory for its slots");
    free(p);
    return ok;
}

bool schedule_backfill(struct app *app, struct agendas *a, struct agenda_entry *e,
                       const struct backfill_wish *wish, struct err *err)
{
    struct schedule_spec_row *specs;
    int32_t count;
    if (e->row->after != NULL)
        return err_set(
            err, ERR_REFUSED,
            "schedule: \"%s\" follows \"%s\": what is made up for there is followed here",
            e->row->name, e->row->after);
    if (!read_schedule_specs(a->db, e->row->id, &a->arena, &specs, &count, err))
        return false;
    for (int32_t i = 0; i < count; i++)
        if (!backfill_spec(app, a, e, &specs[i], wish, err))
            return false;
    return true;
}

/* --- the command ------------------------------------------------------------------------------ */

static bool read_instant(const struct app *app, const char *option, int64_t fallback_us,
                         int64_t *ret_us, struct err *err)
{
    const char *text = cli_value(app, option);
    int64_t at_s;
    *ret_us = fallback_us;
    if (text == NULL)
        return true;
    if (!calendar_parse(text, &at_s))
        return err_set(err, ERR_USAGE, "--%s %s: write an instant such as 2026-11-01T00:00:00Z",
                       option, text);
    *ret_us = at_s * US_PER_S;
    return true;
}

static bool read_wish(const struct app *app, struct backfill_wish *ret, struct err *err)
{
    int64_t now_us = clock_now_us();
    int kinds = cli_given(app, "missed") + cli_given(app, "failed") + cli_given(app, "all");
    *ret = (struct backfill_wish){.which = cli_given(app, "all")      ? BACKFILL_ALL
                                           : cli_given(app, "failed") ? BACKFILL_FAILED
                                                                      : BACKFILL_MISSED,
                                  .dry = cli_given(app, "dry-run"),
                                  .sure = cli_given(app, "yes")};
    if (kinds > 1)
        return err_set(err, ERR_USAGE, "schedule backfill: one of --missed, --failed, --all");
    if (!cli_given(app, "from"))
        return err_set(err, ERR_USAGE, "schedule backfill: --from T says from when on");
    if (!read_instant(app, "from", 0, &ret->from_us, err) ||
        !read_instant(app, "to", now_us, &ret->to_us, err))
        return false;
    if (ret->to_us > now_us)
        return err_set(err, ERR_USAGE, "--to %s: it is still to come", cli_value(app, "to"));
    return ret->from_us <= ret->to_us ||
           err_set(err, ERR_USAGE, "--from %s: it is later than the end", cli_value(app, "from"));
}

/* What waits goes before what is made: nothing else of it begins meanwhile. */
static bool cancel_all(struct app *app, struct agendas *a, const struct agenda_entry *e,
                       struct err *err)
{
    struct run_row *rows = NULL;
    struct out_text t = {0};
    int32_t count = 0, cancelled = 0;
    struct run_filter filter = {
        .workspace = a->workspace, .schedule = e->row->name, .max = READ_RUNS_MAX};
    bool ok = read_runs(a->db, &filter, &a->arena, &rows, &count, err);
    for (int pass = 0; pass < 2; pass++) {
        for (int32_t i = 0; ok && i < count; i++) {
            if (rows[i].trigger != TRIGGER_BACKFILL ||
                rows[i].status != (pass == 0 ? RUN_QUEUED : RUN_RUNNING))
                continue;
            struct err why = {0};
            bool done = a->agenda->ops->run_cancel(a->agenda, app->actor, rows[i].id, &why);
            cancelled += done;
            /* What came to its end in between needs no cancelling; who may not, may none of it. */
            ok = done || cancelled > 0 || err_set(err, why.kind, "%s", why.text);
        }
    }
    if (!ok)
        return false;
    if (app->json)
        return out_json(json_pack("{s:o, s:i}", "schedule", json_text(e->row->name), "cancelled",
                                  (int)cancelled),
                        true, err);
    if (!app->quiet)
        out_print("took back %d reports of %s\n", (int)cancelled, out_safe(&t, e->row->name));
    return true;
}

bool cmd_schedule_backfill(struct app *app, struct err *err)
{
    struct agendas a;
    struct agenda_entry e;
    struct backfill_wish wish = {0};
    bool cancel = cli_given(app, "cancel");
    if (!cancel && !read_wish(app, &wish, err))
        return false;
    bool ok = agendas_open(app, true, &a, err) && agendas_find(&a, app->argument[0], &e, err) &&
              (cancel ? cancel_all(app, &a, &e, err) : schedule_backfill(app, &a, &e, &wish, err));
    agendas_close(&a);
    return ok;
}
