/* cmd_run.c - autopilot run: list, show, cat, open, seen, cancel. */
#include "agendas.h"
#include "base/clock.h"
#include "base/str.h"
#include "commands.h"
#include "delivery_json.h"
#include "output.h"
#include "port/reports.h"
#include "schedule_json.h"
#include "shared.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

json_t *run_json(const struct run_row *r)
{
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:s, s:o, s:s, s:i, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:o, s:o, "
        "s:o, s:o, s:b}",
        "id", json_uuid(r->id), "workspace", json_text(r->workspace), "schedule",
        r->schedule[0] != '\0' ? json_text(r->schedule) : json_null(), "specification",
        json_text(r->specification), "trigger", run_trigger_name(r->trigger), "scheduled_for",
        json_instant(r->slot_us), "status", run_status_name(r->status), "attempt", r->attempt,
        "error", r->error[0] != '\0' ? json_text(r->error) : json_null(), "report",
        r->report[0] != '\0' ? json_text(r->report) : json_null(), "sha256",
        r->sha256[0] != '\0' ? json_text(r->sha256) : json_null(), "bytes",
        (json_int_t)r->size_bytes, "items", (json_int_t)r->items, "sources", (json_int_t)r->sources,
        "sources_failed", (json_int_t)r->sources_failed, "created_at", json_instant(r->created_us),
        "started_at", json_instant(r->started_us), "finished_at", json_instant(r->finished_us),
        "period", r->period[0] != '\0' ? json_text(r->period) : json_null(), "seen", (int)r->seen);
}

static void run_line(const struct run_row *r)
{
    struct out_text t = {0};
    char id[UUID_TEXT_SIZE], at[TIME_TEXT_MAX];
    uuid_text(r->id, id);
    time_text_utc(r->slot_us != 0 ? r->slot_us : r->created_us, at);
    out_print("%s  %s  %-20s %-9s %-8s %3lld items  %s\n", id, at,
              out_safe(&t, r->schedule[0] != '\0' ? r->schedule : r->specification),
              run_trigger_name(r->trigger), run_status_name(r->status), (long long)r->items,
              out_safe(&t, r->error));
}

bool cmd_run_list(struct app *app, struct err *err)
{
    struct agendas a;
    struct run_row *rows;
    int32_t count = 0;
    int64_t max = 0;
    struct run_filter filter = {.workspace = app->workspace,
                                .schedule = cli_value(app, "schedule"),
                                .failed = cli_given(app, "failed")};
    struct agenda_entry entry;
    bool ok = cli_number(app, "count", 1, READ_RUNS_MAX, 200, &max, err) &&
              agendas_open(app, false, &a, err);
    if (!ok)
        return false;
    filter.max = (int32_t)max;
    ok = (filter.schedule == NULL || agendas_find(&a, filter.schedule, &entry, err)) &&
         read_runs(a.db, &filter, &a.arena, &rows, &count, err);
    if (ok && count == 0 && !app->json && !app->quiet)
        out_print("no runs yet\n");
    for (int32_t i = 0; ok && i < count; i++) {
        if (app->json)
            ok = out_json(run_json(&rows[i]), true, err);
        else
            run_line(&rows[i]);
    }
    agendas_close(&a);
    return ok;
}

static void print_instant(const char *label, int64_t at_us)
{
    char text[TIME_TEXT_MAX];
    if (at_us == 0)
        return;
    time_text_utc(at_us, text);
    out_print("%-14s %s\n", label, text);
}

static void print_run(const struct run_row *r)
{
    struct out_text t = {0};
    char id[UUID_TEXT_SIZE];
    uuid_text(r->id, id);
    out_print("run            %s\n", id);
    out_print("schedule       %s\n", out_safe(&t, r->schedule));
    out_print("specification  %s\n", out_safe(&t, r->specification));
    out_print("status         %s%s, attempt %d\n", run_status_name(r->status),
              r->seen ? " (seen)" : "", r->attempt);
    out_print("trigger        %s%s%s\n", run_trigger_name(r->trigger),
              r->actor[0] != '\0' ? " by " : "", out_safe(&t, r->actor));
    print_instant("slot", r->slot_us);
    print_instant("made", r->created_us);
    print_instant("began", r->started_us);
    print_instant("ended", r->finished_us);
    if (r->period[0] != '\0')
        out_print("period         %s\n", out_safe(&t, r->period));
    if (r->error[0] != '\0')
        out_print("error          %s\n", out_safe(&t, r->error));
    if (r->report[0] != '\0')
        out_print("report         %s, %lld bytes, %lld items of %lld sources (%lld failed)\n"
                  "sha256         %s\n",
                  out_safe(&t, r->report), (long long)r->size_bytes, (long long)r->items,
                  (long long)r->sources, (long long)r->sources_failed, out_safe(&t, r->sha256));
}

static json_t *run_with(const struct run_row *run, const struct delivery_row *rows, int32_t count)
{
    json_t *o = run_json(run), *list = json_array();
    for (int32_t i = 0; i < count; i++)
        (void)json_array_append_new(list, delivery_json(&rows[i])); /* without memory it is short */
    (void)json_object_set_new(o, "deliveries", list);               /* likewise */
    return o;
}

bool cmd_run_show(struct app *app, struct err *err)
{
    struct agendas a;
    struct run_row run;
    struct delivery_row *rows = NULL;
    int32_t count = 0;
    struct delivery_filter filter = {.run = &run.id, .max = READ_DELIVERIES_MAX};
    bool ok = agendas_open(app, false, &a, err) && agendas_run(app, &a, &run, err) &&
              read_deliveries(a.db, &filter, &a.arena, &rows, &count, err);
    if (ok && app->json)
        ok = out_json(run_with(&run, rows, count), false, err);
    else if (ok)
        print_run(&run);
    for (int32_t i = 0; ok && !app->json && i < count; i++)
        delivery_line(&rows[i]);
    agendas_close(&a);
    return ok;
}

/* The report's bytes as they were made; text screened already by whoever wrote it. */
bool cmd_run_cat(struct app *app, struct err *err)
{
    struct agendas a;
    struct run_row run;
    struct buf bytes = buf_init(REPORT_BYTES_MAX);
    bool text = cli_given(app, "text");
    bool ok = agendas_open(app, false, &a, err) && agendas_run(app, &a, &run, err) &&
              shared_report(app, run.id, err) &&
              read_report(a.db, run.id, text ? NULL : &bytes, text ? &bytes : NULL, err);
    if (ok && fwrite(buf_text(&bytes), 1, bytes.len, stdout) != bytes.len)
        ok = err_set(err, ERR_STOP, "run: stdout could not be written");
    buf_done(&bytes);
    agendas_close(&a);
    return ok;
}

/* Shows a file with $BROWSER, w3m or lynx; waits until it is closed. */
static bool show_file(const char *path, struct err *err)
{
    const char *const choices[] = {getenv("BROWSER"), "w3m", "lynx", "xdg-open"};
    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
        if (choices[i] == NULL || choices[i][0] == '\0')
            continue;
        pid_t child = fork();
        if (child == 0) {
            execlp(choices[i], choices[i], path, (char *)NULL);
            _exit(127);
        }
        int status = 0;
        if (child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
            WEXITSTATUS(status) != 127)
            return WEXITSTATUS(status) == 0 ||
                   err_set(err, ERR_REFUSED, "run: %s ended with status %d", choices[i],
                           WEXITSTATUS(status));
    }
    return err_set(err, ERR_REFUSED,
                   "run: there is no browser; set BROWSER, install w3m, or use `autopilot run cat "
                   "--text`");
}

bool cmd_run_open(struct app *app, struct err *err)
{
    struct agendas a;
    struct run_row run;
    struct buf html = buf_init(REPORT_BYTES_MAX);
    char path[FILE_PATH_MAX] = "";
    bool ok = agendas_open(app, false, &a, err) && agendas_run(app, &a, &run, err) &&
              shared_report(app, run.id, err) && read_report(a.db, run.id, &html, NULL, err);
    if (ok) {
        const char *tmp = getenv("TMPDIR");
        char id[UUID_TEXT_SIZE];
        uuid_text(run.id, id);
        ok = str_format(path, sizeof path, "%s/autopilot-%s.html",
                        tmp != NULL && tmp[0] == '/' ? tmp : "/tmp", id) &&
             file_replace(path, buf_text(&html), html.len, 0600, err) && show_file(path, err);
        (void)unlink(path); /* it was only shown */
    }
    buf_done(&html);
    agendas_close(&a);
    return ok;
}

static bool change_run(struct app *app, bool cancel, const char *done, struct err *err)
{
    struct agendas a;
    struct run_row run;
    bool ok = agendas_open(app, true, &a, err) && agendas_run(app, &a, &run, err);
    if (ok && cancel)
        ok = a.agenda->ops->run_cancel(a.agenda, app->actor, run.id, err);
    else if (ok)
        ok = a.agenda->ops->run_seen(a.agenda, app->actor, run.id, err);
    if (ok && app->json)
        ok = out_json(json_pack("{s:o, s:s}", "id", json_uuid(run.id), "result", done), true, err);
    else if (ok && !app->quiet)
        out_print("%s\n", done);
    agendas_close(&a);
    return ok;
}

bool cmd_run_seen(struct app *app, struct err *err)
{
    return change_run(app, false, "seen", err);
}

bool cmd_run_cancel(struct app *app, struct err *err)
{
    return change_run(app, true, "cancelled", err);
}

bool cmd_stats(struct app *app, struct err *err)
{
    struct agendas a;
    struct schedule_counts c = {0};
    char next[TIME_TEXT_MAX] = "none";
    bool ok = agendas_open(app, false, &a, err) &&
              read_schedule_counts(a.db, app->workspace, clock_now_us(), &c, err);
    int64_t ran = c.successes + c.failures;
    double rate = ran > 0 ? 100.0 * (double)c.successes / (double)ran : 0;
    if (c.next_run_us != 0)
        time_text_utc(c.next_run_us, next);
    if (ok && app->json)
        ok =
            out_json(json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:I, s:I, s:I, s:I}",
                               "active", (json_int_t)c.active, "paused", (json_int_t)c.paused,
                               "in_error", (json_int_t)c.in_error, "disabled",
                               (json_int_t)c.disabled, "successes", (json_int_t)c.successes,
                               "failures", (json_int_t)c.failures, "skipped", (json_int_t)c.skipped,
                               "success_rate", ran > 0 ? json_real(rate / 100) : json_null(),
                               "next_run", json_instant(c.next_run_us), "overdue",
                               (json_int_t)c.overdue, "unseen_failures", (json_int_t)c.unseen,
                               "running", (json_int_t)c.running, "queued", (json_int_t)c.queued),
                     false, err);
    else if (ok) {
        out_print("schedules     %lld active, %lld paused, %lld in error, %lld disabled\n",
                  (long long)c.active, (long long)c.paused, (long long)c.in_error,
                  (long long)c.disabled);
        out_print(
            "runs          %lld succeeded, %lld failed, %lld skipped by the frequency limit\n",
            (long long)c.successes, (long long)c.failures, (long long)c.skipped);
        if (ran > 0)
            out_print("success rate  %.1f%%\n", rate);
        out_print("now           %lld being made, %lld waiting\n", (long long)c.running,
                  (long long)c.queued);
        out_print("next run      %s\n", next);
        out_print("attention     %lld overdue by more than a day, %lld failures not seen\n",
                  (long long)c.overdue, (long long)c.unseen);
    }
    agendas_close(&a);
    return ok;
}
