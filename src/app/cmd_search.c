/* cmd_search.c - autopilot search: the automation's own pipeline for one term, by hand. */
#include "adapter/clock_real.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/wake.h"
#include "commands.h"
#include "engine/lane.h"
#include "output.h"
#include "place.h"
#include "record.h"
#include "wire.h"

#include <string.h>

struct searching {
    struct app *app;
    struct record record;
    struct wire *wire;
    struct search *provider;
    struct journal *journal;
    struct pages *pages;
    struct mail *mail;
    struct lane *lane;
    struct out_text safe;
    struct log_sink log; /* to stderr */
    struct err *err;
    bool failed;
};

/* The lane borrows one instance; a manual search asks one provider. */
static bool lane_search(void *ctx, const char *name, struct search **ret, struct err *err)
{
    struct searching *s = ctx;
    if (s->provider == NULL && !wire_search(s->wire, name, &s->provider, err))
        return false;
    *ret = s->provider;
    return true;
}

static bool lane_letter(void *ctx, const struct settings *settings,
                        const struct template_def *template, const struct send_row *row,
                        const char *group, const char *term, struct buf *out, struct err *err)
{
    struct searching *s = ctx; /* the settings that count are handed in */
    return wire_letter(s->app, settings, template, row, group, term, out, err);
}

static void lane_settings(void *ctx, struct settings *ret)
{
    struct searching *s = ctx;
    *ret = s->record.config.settings;
}

static void lane_line(void *ctx, enum log_level level, const char *area, const char *text)
{
    (void)ctx; /* there is one stderr */
    (void)level;
    (void)area;
    out_warn("%s", text);
}

static bool print_found(void *ctx, const struct lead_found *lead, const struct page_words *words,
                        const char *url)
{
    struct searching *s = ctx;
    if (!s->app->json) {
        out_print("%-40s %-32s %s\n", out_safe(&s->safe, lead->shown),
                  out_safe(&s->safe, words->company), out_safe(&s->safe, url));
        return true;
    }
    s->failed =
        !out_json(json_pack("{s:o, s:o, s:o, s:o, s:o}", "address", json_text(lead->address),
                            "shown", json_text(lead->shown), "company", json_text(words->company),
                            "title", json_text(words->title), "url", json_text(url)),
                  true, s->err);
    return !s->failed;
}

/* A manual search has an identity of its own, never that of a serving engine. */
static bool open_ports(struct searching *s, struct err *err)
{
    char path[FILE_PATH_MAX];
    const struct engine_plugs *plugs = wire_plugs(s->wire);
    if (!place_file(s->app, "manual.db", path, err) || !journal_open(path, &s->journal, err) ||
        !plugs->pages(plugs->ctx, &s->pages, err) ||
        !plugs->mail(plugs->ctx, &s->record.config.settings, &s->mail, err))
        return false;
    struct lane_ports ports = {
        .authority = s->record.authority,
        .journal = s->journal,
        .pages = s->pages,
        .mail = s->mail,
        .clock = s->record.clock,
        .log = &s->log,
        .search = lane_search,
        .letter = lane_letter,
        .settings = lane_settings,
        .ctx = s,
        .engine = journal_engine(s->journal),
    };
    return lane_new(&ports, &s->lane, err);
}

static void close_ports(struct searching *s)
{
    lane_free(s->lane);
    if (s->mail != NULL)
        s->mail->ops->free(s->mail);
    if (s->pages != NULL)
        s->pages->ops->free(s->pages);
    if (s->provider != NULL)
        s->provider->ops->free(s->provider);
    journal_close(s->journal);
    wire_free(s->wire);
    record_close(&s->record);
}

static bool fill_request(struct app *app, struct manual_request *ret, struct err *err)
{
    int64_t limit;
    int64_t variations;
    const char *provider = cli_value(app, "provider");
    if (!cli_number(app, "limit", 1, 100000, 20, &limit, err) ||
        !cli_number(app, "variations", 0, 20, 0, &variations, err))
        return false;
    *ret = (struct manual_request){
        .term = app->argument[0],
        .provider = provider != NULL ? provider : "local",
        .limit = (int32_t)limit,
        .variations = (int32_t)variations,
        .send = cli_given(app, "send"),
        .job = {app->workspace, cli_value(app, "job")},
        .group = cli_value(app, "group"),
    };
    if (ret->term[0] == '\0' || strlen(ret->term) > TERM_MAX_BYTES)
        return err_set(err, ERR_USAGE, "search: a term has 1 to %d bytes", TERM_MAX_BYTES);
    if (ret->send && (ret->job.name == NULL || ret->group == NULL))
        return err_set(err, ERR_USAGE,
                       "search --send: --job NAME and --group NAME are needed: the letters go "
                       "through that job's ledger and limits");
    return true;
}

static void say_result(const struct app *app, const struct manual_request *q,
                       const struct manual_result *r)
{
    if (app->quiet || app->json)
        return;
    if (q->send)
        out_print("%d queued, %d duplicates, %d letters accepted, %d held%s\n", r->queued,
                  r->duplicates, r->accepted, r->held,
                  r->limited ? "; a limit of the job is reached" : "");
    else
        out_print("%d addresses on %d pages%s\n", r->found, r->pages,
                  r->exhausted ? "; there are no more" : "");
}

bool cmd_search(struct app *app, struct err *err)
{
    struct searching s = {.app = app, .err = err};
    struct manual_request request;
    struct manual_result result = {0};
    struct log_sink none = {0};
    char workspace[NAME_MAX_BYTES + 1] = "default";
    if (!fill_request(app, &request, err))
        return false;
    if (app->workspace != NULL && !str_copy(workspace, sizeof workspace, app->workspace))
        return err_set(err, ERR_USAGE, "--workspace: the name is too long");
    request.job.workspace = workspace;
    request.found = print_found;
    request.ctx = &s;
    s.log = (struct log_sink){.line = app->quiet ? NULL : lane_line, .threshold = LOG_WARN};
    bool ok = record_open(app, &s.record, err) &&
              wire_new(app, &s.record.config, &none, &s.wire, err) && open_ports(&s, err) &&
              lane_manual(s.lane, &request, &result, err);
    close_ports(&s);
    if (ok)
        say_result(app, &request, &result);
    return ok && !s.failed;
}
