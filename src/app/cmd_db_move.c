/* cmd_db_move.c - autopilot db: to-shared, to-embedded. */
#include "adapter/carry.h"
#include "adapter/pg_migrate.h"
#include "base/clock.h"
#include "base/str.h"
#include "commands.h"
#include "db_link.h"
#include "engine/engine.h"
#include "output.h"
#include "place.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PLACE_SCRATCH "moving.db"
#define PLACE_MOVED "autopilot.embedded.db"

struct moving {
    struct app *app;
    struct progress_bar bar;
    json_t *tables; /* --json */
    int64_t rows;
};

static void on_rows(void *ctx, int64_t done, int64_t total)
{
    struct moving *m = ctx;
    progress_show(&m->bar, done, total, "rows");
}

/* A table that arrived and was compared. */
static void on_line(void *ctx, const struct carry_line *line)
{
    struct moving *m = ctx;
    if (!line->checked)
        return;
    m->rows += line->rows;
    if (m->app->json)
        (void)json_object_set_new(m->tables, line->relation,
                                  json_pack("{s:I, s:s}", "rows", (json_int_t)line->rows, "sha256",
                                            line->sha256)); /* without memory out_json fails */
    else if (!m->app->quiet)
        out_print("%-26s %10lld rows  %.16s\n", line->relation, (long long)line->rows,
                  line->sha256);
}

static bool say_done(struct moving *m, const char *what, const char *path, struct err *err)
{
    struct out_text t = {0};
    if (m->app->json) {
        json_t *tables = m->tables;
        m->tables = NULL;
        return out_json(json_pack("{s:s, s:o, s:I, s:o}", "result", what, "file", json_text(path),
                                  "rows", (json_int_t)m->rows, "tables", tables),
                        false, err);
    }
    if (!m->app->quiet)
        out_print("%lld rows %s %s\n", (long long)m->rows, what, out_safe(&t, path));
    return true;
}

static struct carry_watch watch_of(struct moving *m, const char *what)
{
    m->tables = json_object();
    progress_begin(&m->bar, m->app, what);
    return (struct carry_watch){.line = on_line, .rows = on_rows, .ctx = m};
}

/* --- to-shared --- */

/* As an engine would: two cannot have it, and it says by whom. */
static bool take_lock(struct app *app, int *ret_fd, struct err *err)
{
    char path[FILE_PATH_MAX];
    char note[64];
    long pid = 0;
    if (engine_served(app->data_dir, &pid))
        return err_set(err, ERR_REFUSED,
                       "an engine works on %.200s (PID %ld); end it and every console first",
                       app->data_dir, pid);
    (void)str_format(note, sizeof note, "pid %ld db to-shared", (long)getpid()); /* it fits */
    return place_file(app, PLACE_LOCK, path, err) && file_lock(path, note, ret_fd, err);
}

/* What was carried over is put aside, so that nobody goes on with it by mistake. */
static bool put_aside(struct app *app, const char *path, char ret[FILE_PATH_MAX], struct err *err)
{
    char wal[FILE_PATH_MAX + 8];
    (void)str_format(wal, sizeof wal, "%s-wal", path); /* it fits */
    if (!place_file(app, PLACE_MOVED, ret, err))
        return false;
    if (file_exists(wal) || file_exists(ret) || rename(path, ret) != 0) {
        out_warn("%s could not be put aside as %s (somebody has it open, or that is there); end "
                 "every console and move it away by hand before you start an engine",
                 path, PLACE_MOVED);
        (void)str_copy(ret, FILE_PATH_MAX, path); /* same size */
        return true;
    }
    return file_sync_dir(app->data_dir, err);
}

static bool to_shared(struct app *app, struct pg_link *link, struct err *err)
{
    struct moving m = {.app = app};
    char path[FILE_PATH_MAX], scratch[FILE_PATH_MAX], aside[FILE_PATH_MAX];
    struct pg_standing s;
    if (!place_file(app, PLACE_RECORD, path, err) || !place_file(app, PLACE_SCRATCH, scratch, err))
        return false;
    if (!file_exists(path))
        return err_set(err, ERR_REFUSED, "there is no record in %.300s", app->data_dir);
    if (!pg_schema_standing(link, &s, err) ||
        (s.fit != PG_FIT_GOOD && !pg_schema_check(link, err)) ||
        !out_confirm(cli_given(app, "yes"), "Copy this record into the shared one?", err))
        return false;
    struct carry_watch watch = watch_of(&m, "copying");
    bool ok = carry_to_shared(path, link, scratch, &watch, err);
    progress_end(&m.bar);
    ok = ok && put_aside(app, path, aside, err) &&
         say_done(&m, "are in the shared record, each compared; the embedded one is kept as", aside,
                  err);
    json_decref(m.tables);
    return ok;
}

bool cmd_db_to_shared(struct app *app, struct err *err)
{
    struct pg_link *link = NULL;
    int lock = -1;
    if (app->read_only)
        return err_set(err, ERR_REFUSED, "nothing is changed with --read-only");
    bool ok = db_link_open(app, true, &link, err) && take_lock(app, &lock, err) &&
              to_shared(app, link, err);
    pg_link_free(link);
    if (lock >= 0)
        (void)close(lock); /* frees it */
    return ok;
}

/* --- to-embedded --- */

bool cmd_db_to_embedded(struct app *app, struct err *err)
{
    struct moving m = {.app = app};
    struct pg_link *link = NULL;
    if (!db_link_open(app, true, &link, err))
        return false;
    struct carry_watch watch = watch_of(&m, "copying");
    bool ok = pg_schema_check(link, err) && carry_to_embedded(link, app->argument[0], &watch, err);
    progress_end(&m.bar);
    ok = ok && say_done(&m, "are in the embedded record", app->argument[0], err);
    if (ok && !app->json && !app->quiet)
        out_print("The shared record stays; never let engines work on both. To go on with this "
                  "one: make it autopilot.db of a data directory whose [record] url is empty.\n");
    json_decref(m.tables);
    pg_link_free(link);
    return ok;
}
