/* shared.c - where the record is. */
#include "shared.h"

#include "adapter/agenda_pg.h"
#include "adapter/agenda_sqlite.h"
#include "adapter/authority_pg.h"
#include "adapter/authority_sqlite.h"
#include "adapter/mirror.h"
#include "adapter/pg_migrate.h"
#include "adapter/pg_witness.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "config.h"
#include "output.h"
#include "place.h"

#include <stdlib.h>
#include <time.h>

#define ASK_WITHIN_US (5 * US_PER_S)

bool shared_is(const struct settings *s)
{
    return s->record_url[0] != '\0';
}

const char *shared_file(const struct settings *s)
{
    return shared_is(s) ? PLACE_MIRROR : PLACE_RECORD;
}

bool shared_link(const struct settings *s, struct wake *wake, struct pg_link **ret, struct err *err)
{
    struct pg_link_options options = {.url = s->record_url, .wake = wake};
    return pg_link_new(&options, ret, err);
}

/* A link that notices when the server is not the one that it was. */
static bool watched_link(const struct app *app, const struct settings *s, struct pg_link **ret,
                         struct err *err)
{
    char journal[FILE_PATH_MAX];
    struct pg_witness *witness = NULL;
    if (!place_file(app, PLACE_JOURNAL, journal, err) ||
        !pg_witness_new(s->record_url, journal, &witness, err))
        return false;
    struct pg_link_options options = {.url = s->record_url,
                                      .check = pg_witness_check,
                                      .check_done = pg_witness_free,
                                      .check_ctx = witness};
    if (pg_link_new(&options, ret, err))
        return true;
    pg_witness_free(witness);
    return false;
}

bool shared_authority(const struct app *app, const struct settings *s, struct clock_port *clock,
                      struct authority **ret, struct err *err)
{
    char path[FILE_PATH_MAX];
    struct pg_link *link = NULL;
    if (!shared_is(s))
        return place_file(app, PLACE_RECORD, path, err) &&
               authority_sqlite_open(path, clock, ret, err);
    if (!watched_link(app, s, &link, err))
        return false;
    if (authority_pg_open(link, clock, ret, err))
        return true;
    pg_link_free(link);
    return false;
}

bool shared_agenda(const struct app *app, const struct settings *s, struct clock_port *clock,
                   struct agenda **ret, struct err *err)
{
    char path[FILE_PATH_MAX];
    struct pg_link *link = NULL;
    if (!shared_is(s))
        return place_file(app, PLACE_RECORD, path, err) &&
               agenda_sqlite_open(path, clock, ret, err);
    if (!watched_link(app, s, &link, err))
        return false;
    if (agenda_pg_open(link, clock, ret, err))
        return true;
    pg_link_free(link);
    return false;
}

bool shared_mirror(const struct app *app, const struct settings *s, struct mirror_port **ret,
                   struct err *err)
{
    char path[FILE_PATH_MAX];
    struct pg_link *link = NULL;
    if (!place_file(app, PLACE_MIRROR, path, err) || !watched_link(app, s, &link, err))
        return false;
    if (mirror_port_new(path, link, s->record_url, ret, err))
        return true;
    pg_link_free(link);
    return false;
}

/* "12:03:07", on this machine's wall. */
static void wall(int64_t us, char dst[16])
{
    struct tm tm;
    time_t at = (time_t)(us / US_PER_S);
    dst[0] = '\0';
    if (localtime_r(&at, &tm) != NULL)
        (void)strftime(dst, 16, "%H:%M:%S", &tm); /* it fits */
}

static void show_rows(void *ctx, int64_t rows)
{
    progress_show(ctx, rows, 0, "rows");
}

static bool pull(struct app *app, struct mirror *m, const struct settings *s, struct err *err)
{
    char at[16];
    struct err why = {0};
    struct pg_link *link = NULL;
    if (!watched_link(app, s, &link, err))
        return false;
    struct progress_bar bar;
    progress_begin(&bar, app, "copying the shared record");
    bool ok = mirror_pull_whole(m, link, ASK_WITHIN_US, show_rows, &bar, &why);
    progress_end(&bar);
    pg_link_free(link);
    app->record_shared = true;
    app->record_reached = ok;
    app->record_seen_us = mirror_pulled_at(m);
    (void)str_copy(app->record_problem, sizeof app->record_problem,
                   ok ? "" : why.text); /* same size */
    if (ok)
        return true;
    bool away = why.kind == ERR_UNREACHABLE || why.kind == ERR_RETRY;
    if (!away || mirror_pulled_at(m) == 0)
        return err_set(err, why.kind, "%s", why.text);
    wall(mirror_pulled_at(m), at);
    if (!app->will_change)
        out_warn("%s; what follows is as it was at %s", why.text, at);
    return true;
}

bool shared_pull(struct app *app, const struct settings *s, struct err *err)
{
    char path[FILE_PATH_MAX];
    struct mirror *m = NULL;
    if (!file_make_dirs(app->data_dir, 0700, err) || !place_file(app, PLACE_MIRROR, path, err) ||
        !mirror_open(path, &m, err))
        return false;
    bool ok = pull(app, m, s, err);
    mirror_close(m);
    return ok;
}

bool shared_report(const struct app *app, struct uuid run, struct err *err)
{
    char path[FILE_PATH_MAX];
    struct settings s;
    struct mirror *m = NULL;
    struct pg_link *link = NULL;
    if (!shared_settings(app, &s, err))
        return false;
    if (!shared_is(&s))
        return true;
    bool ok = place_file(app, PLACE_MIRROR, path, err) && mirror_open(path, &m, err) &&
              watched_link(app, &s, &link, err) &&
              mirror_report(m, link, run, clock_boot_us() + ASK_WITHIN_US, err);
    pg_link_free(link);
    mirror_close(m);
    return ok;
}

bool shared_settings(const struct app *app, struct settings *ret, struct err *err)
{
    char path[FILE_PATH_MAX];
    struct err why = {0};
    struct config *config = calloc(1, sizeof *config);
    if (config == NULL)
        return err_set(err, ERR_STOP, "config: there is no memory to read it");
    bool ok = config_read(app->config_path, cli_given(app, "config"), config, &why);
    if (ok)
        *ret = config->settings;
    else
        settings_defaults(ret);
    free(config);
    if (ok || !place_file(app, PLACE_MIRROR, path, err))
        return ok;
    if (!file_exists(path))
        return true; /* who needs the file says that it is refused */
    return err_set(err, why.kind,
                   "%s; without it nobody can tell where the record is: this directory has a copy "
                   "of a shared one",
                   why.text);
}
