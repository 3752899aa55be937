/* cmd_db_upkeep.c - autopilot db upkeep: drops by hand what the engine drops once an hour. */
#include "adapter/clock_real.h"
#include "commands.h"
#include "config.h"
#include "output.h"
#include "port/agenda.h"
#include "record.h"
#include "shared.h"

static void add(struct agenda_kept *sum, const struct agenda_kept *one)
{
    sum->months += one->months;
    sum->events += one->events;
    sum->runs += one->runs;
    sum->gone += one->gone;
    sum->rates += one->rates;
    sum->busy = one->busy;
    sum->mine = one->mine;
    sum->more = one->more;
}

static bool work(const struct app *app, struct agenda *a, const struct settings *s,
                 struct agenda_kept *sum, struct err *err)
{
    const struct agenda_keep keep = {s->keep_events * KEEP_DAY_US, s->keep_runs * KEEP_DAY_US};
    struct progress_bar bar;
    bool ok = true;
    *sum = (struct agenda_kept){.more = true};
    progress_begin(&bar, app, "dropping what is not kept");
    while (ok && sum->more) {
        struct agenda_kept one;
        ok = a->ops->upkeep(a, &keep, &one, err);
        if (ok)
            add(sum, &one);
        progress_show(&bar, sum->events + sum->runs, 0, "rows");
    }
    progress_end(&bar);
    return ok;
}

static bool say(const struct app *app, const struct agenda_kept *k, struct err *err)
{
    if (app->json)
        return out_json(json_pack("{s:b, s:b, s:i, s:I, s:I, s:I, s:I}", "done", k->mine, "busy",
                                  k->busy, "months", k->months, "events", (json_int_t)k->events,
                                  "runs", (json_int_t)k->runs, "gone", (json_int_t)k->gone, "rates",
                                  (json_int_t)k->rates),
                        false, err);
    if (app->quiet)
        return true;
    if (!k->mine) {
        out_print("Somebody else is at it just now; nothing was done.\n");
        return true;
    }
    out_print("%lld events and %lld runs with their reports are no longer kept%s\n",
              (long long)k->events, (long long)k->runs,
              k->busy ? "; some tables were in use: ask again later" : "");
    return true;
}

bool cmd_db_upkeep(struct app *app, struct err *err)
{
    struct config config;
    struct clock_port *clock = NULL;
    struct agenda *a = NULL;
    struct agenda_kept sum;
    struct db *db = NULL;
    if (app->read_only)
        return err_set(err, ERR_REFUSED, "nothing is changed with --read-only");
    bool ok = record_read(app, &db, err) && /* there is one */
              config_read(app->config_path, cli_given(app, "config"), &config, err) &&
              clock_real_new(NULL, &clock, err) &&
              shared_agenda(app, &config.settings, clock, &a, err) &&
              work(app, a, &config.settings, &sum, err) && say(app, &sum, err);
    if (a != NULL)
        a->ops->free(a);
    clock_real_free(clock);
    db_close(db);
    return ok;
}
