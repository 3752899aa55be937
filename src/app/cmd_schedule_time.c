/* cmd_schedule_time.c - autopilot schedule next, check, allowed: questions about time that need
 * neither a data directory nor a config. */
#include "adapter/zone_file.h"
#include "base/clock.h"
#include "base/str.h"
#include "cmd_schedule_batch.h"
#include "commands.h"
#include "domain/calendar.h"
#include "domain/timing.h"
#include "output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool batch(enum schedule_batch kind, struct err *err)
{
    struct zone_files *zones;
    if (!zone_files_new(&zones, ZONE_FILES_DIR, err))
        return false;
    bool ok = schedule_batch(zones, kind, err);
    zone_files_free(zones);
    return ok;
}

/* --- schedule next EXPR ----------------------------------------------------------------------- */

enum { ROWS_MAX = 1000 };

/* What is asked, and the answer. */
struct asked {
    struct timing t;
    const char *zone_name;
    const struct zone *zone;
    struct zone_hint hint;
    int64_t from, count;
    struct timing_hit rows[ROWS_MAX];
    int32_t row_count;
};

/* The four lines of a fault go to stderr, the first of them also into err. */
static bool refuse(const struct cron_fault *fault, const char *text, struct err *err)
{
    struct buf lines = buf_init(8192);
    cron_fault_lines(fault, text, strlen(text), &lines);
    (void)fprintf(stderr, "%s", buf_text(&lines)); /* when stderr is gone, err still has it */
    buf_done(&lines);
    return err_set(err, ERR_REFUSED, "schedule: %s: %s", cron_field_name(fault->field),
                   fault->message);
}

static bool read_asked(struct app *app, struct zone_files *zones, struct asked *a, struct err *err)
{
    struct cron_fault fault;
    const char *from = cli_value(app, "from");
    a->zone_name = cli_given(app, "zone") ? cli_value(app, "zone") : "UTC";
    a->from = calendar_floor(clock_now_us(), US_PER_S);
    if (app->arguments != 1)
        return err_set(err, ERR_USAGE, "an expression is missing, as in '0 9 * * MON', or --batch");
    if (!cli_number(app, "count", 1, ROWS_MAX, 10, &a->count, err))
        return false;
    if (from != NULL && !calendar_parse(from, &a->from))
        return err_set(err, ERR_USAGE,
                       "--from: \"%s\" is not an instant such as "
                       "2026-11-23T09:00:00Z",
                       from);
    if (!timing_set_custom(&a->t, app->argument[0], strlen(app->argument[0]), &fault))
        return refuse(&fault, app->argument[0], err);
    return zone_files_get(zones, a->zone_name, strlen(a->zone_name), &a->zone, err);
}

/* "in 3 h 12 min", from the largest unit that is not zero and the one below it. */
static void distance(int64_t seconds, char *dst, size_t size)
{
    int64_t minutes = seconds / 60, hours = minutes / 60, days = hours / 24;
    if (seconds < 60)
        (void)str_format(dst, size, "in %d s", (int)seconds); /* it fits */
    else if (hours == 0)
        (void)str_format(dst, size, "in %d min", (int)minutes); /* it fits */
    else if (days == 0)
        (void)str_format(dst, size, "in %d h %d min", (int)hours, (int)(minutes % 60)); /* fits */
    else
        (void)str_format(dst, size, "in %lld d %d h", (long long)days,
                         (int)(hours % 24)); /* it fits */
}

static json_t *row_json(struct asked *a, const struct timing_hit *hit)
{
    struct buf reason = buf_init(512);
    char local[TIMING_WALL_MAX];
    timing_wall(a->zone, &a->hint, hit->scheduled_for, local);
    timing_reason(hit, a->zone, &a->hint, NULL, &reason);
    json_t *row = json_pack("{s:o, s:o, s:o}", "at", json_instant(hit->scheduled_for * US_PER_S),
                            "local", json_text(local), "reason", json_text(buf_text(&reason)));
    buf_done(&reason);
    return row;
}

static bool print_json(struct asked *a, struct err *err)
{
    struct buf words = buf_init(4096);
    cron_words(&a->t.cron, &words);
    json_t *runs = json_array();
    json_t *warnings = json_array();
    bool ok = true;
    for (int32_t i = 0; i < a->row_count; i++)
        ok = json_array_append_new(runs, row_json(a, &a->rows[i])) == 0 && ok;
    for (unsigned bit = 1; bit < 1u << CRON_WARNINGS; bit <<= 1)
        if ((a->t.cron.warnings & bit) != 0)
            ok = json_array_append_new(warnings, json_text(cron_warning(bit))) == 0 && ok;
    json_t *all =
        json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "expression", json_text(a->t.expression),
                  "zone", json_text(a->zone_name), "words", json_text(buf_text(&words)), "never",
                  json_boolean(a->t.cron.never), "warnings", warnings, "runs", runs);
    buf_done(&words);
    if (ok)
        return out_json(all, false, err);
    json_decref(all);
    return err_set(err, ERR_STOP, "schedule: out of memory");
}

static void print_rows(struct asked *a)
{
    struct buf words = buf_init(4096);
    cron_words(&a->t.cron, &words);
    out_print("%s (%s)\n", buf_text(&words), a->zone_name);
    for (unsigned bit = 1; bit < 1u << CRON_WARNINGS; bit <<= 1)
        if ((a->t.cron.warnings & bit) != 0)
            out_print("note: %s\n", cron_warning(bit));
    for (int32_t i = 0; i < a->row_count; i++) {
        char local[TIMING_WALL_MAX], utc[CALENDAR_TEXT_MAX], in[40];
        struct buf reason = buf_init(512);
        timing_wall(a->zone, &a->hint, a->rows[i].scheduled_for, local);
        calendar_text(a->rows[i].scheduled_for, utc);
        distance(a->rows[i].scheduled_for - a->from, in, sizeof in);
        timing_reason(&a->rows[i], a->zone, &a->hint, NULL, &reason);
        out_print(reason.len > 0 ? "%-28s  %s  %-14s  %s\n" : "%-28s  %s  %s%s\n", local, utc, in,
                  buf_text(&reason));
        buf_done(&reason);
    }
    buf_done(&words);
}

static bool answer(struct app *app, struct zone_files *zones, struct asked *a, struct err *err)
{
    if (!read_asked(app, zones, a, err))
        return false;
    a->row_count =
        timing_preview(&a->t, a->zone, &a->hint, a->from, 0, 0, NULL, a->rows, (int32_t)a->count);
    if (app->json)
        return print_json(a, err);
    print_rows(a);
    return true;
}

bool cmd_schedule_next(struct app *app, struct err *err)
{
    struct zone_files *zones = NULL;
    if (cli_given(app, "batch"))
        return batch(SCHEDULE_BATCH_NEXT, err);
    if (cli_given(app, "batch-config"))
        return batch(SCHEDULE_BATCH_CONFIG, err);
    struct asked *asked = calloc(1, sizeof *asked);
    if (asked == NULL)
        return err_set(err, ERR_STOP, "schedule: out of memory");
    bool ok = zone_files_new(&zones, ZONE_FILES_DIR, err) && answer(app, zones, asked, err);
    zone_files_free(zones);
    free(asked);
    return ok;
}

/* --- schedule check, allowed ------------------------------------------------------------------ */

static bool refuse_never(const struct cron *cron, struct err *err)
{
    struct buf words = buf_init(200);
    cron_words(cron, &words);
    err_set(err, ERR_REFUSED, "schedule: %s; choose another day or month", buf_text(&words));
    buf_done(&words);
    return false;
}

bool cmd_schedule_check(struct app *app, struct err *err)
{
    struct cron cron;
    struct cron_fault fault;
    if (cli_given(app, "batch"))
        return batch(SCHEDULE_BATCH_CHECK, err);
    if (app->arguments != 1)
        return err_set(err, ERR_USAGE, "an expression is missing, as in '0 9 * * MON', or --batch");
    if (!cron_parse(app->argument[0], strlen(app->argument[0]), &cron, &fault))
        return refuse(&fault, app->argument[0], err);
    if (cron.never)
        return refuse_never(&cron, err);
    out_print("ok\n");
    return true;
}

bool cmd_schedule_allowed(struct app *app, struct err *err)
{
    enum frequency cadence;
    int64_t last, next;
    char text[CALENDAR_TEXT_MAX];
    if (cli_given(app, "batch"))
        return batch(SCHEDULE_BATCH_ALLOWED, err);
    if (app->arguments != 2)
        return err_set(err, ERR_USAGE,
                       "write the cadence and the last success, as in weekly "
                       "2026-11-23T09:00:00Z, or --batch");
    if (!frequency_parse(app->argument[0], &cadence))
        return err_set(err, ERR_USAGE,
                       "\"%s\" is no cadence; write daily, weekly, biweekly or monthly",
                       app->argument[0]);
    if (!calendar_parse(app->argument[1], &last))
        return err_set(err, ERR_USAGE, "\"%s\" is not an instant such as 2026-11-23T09:00:00Z",
                       app->argument[1]);
    if (frequency_allows(cadence, last, calendar_floor(clock_now_us(), US_PER_S), &next)) {
        out_print("allowed\n");
        return true;
    }
    calendar_text(next, text);
    out_print("blocked until %s\n", text);
    return true;
}
