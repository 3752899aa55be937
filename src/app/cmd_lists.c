/* cmd_lists.c - autopilot leads, sends, audit: lists that may be long, a row at a time. */
#include "base/clock.h"
#include "base/str.h"
#include "commands.h"
#include "output.h"
#include "record.h"
#include "store/read_lists.h"

#include <string.h>

struct listing {
    struct app *app;
    struct out_text safe;
    struct err *err;
    bool failed;
    bool export;
    int64_t rows;
};

static bool print_json(struct listing *l, json_t *object)
{
    l->failed = !out_json(object, true, l->err);
    return !l->failed;
}

/* --- sends --- */

static bool send_row(void *ctx, const struct send_line *s)
{
    struct listing *l = ctx;
    char id[UUID_TEXT_SIZE];
    l->rows++;
    uuid_text(s->id, id);
    if (!l->app->json) {
        out_print("%6lld %-36s %-11s %-7s cycle %-3d %-20s %-28s %s\n", (long long)s->seq, id,
                  send_state_name(s->state), mail_mode_name(s->mode), s->cycle,
                  out_safe(&l->safe, s->group), out_safe(&l->safe, s->term),
                  out_safe(&l->safe, s->address));
        if (s->state == SEND_HELD || s->state == SEND_IN_DOUBT)
            out_print("%6s why: %s\n", "", out_safe(&l->safe, s->reason));
        return true;
    }
    json_t *o =
        json_pack("{s:I, s:o, s:o, s:i, s:o, s:o, s:o, s:s, s:s, s:i, s:i}", "seq",
                  (json_int_t)s->seq, "id", json_text(id), "job", json_text(s->job), "cycle",
                  s->cycle, "group", json_text(s->group), "term", json_text(s->term), "address",
                  json_text(s->address), "state", send_state_name(s->state), "mode",
                  mail_mode_name(s->mode), "attempt", s->attempt, "code", s->code);
    if (o != NULL) {
        json_object_set_new(o, "message_id", json_text(id));
        json_object_set_new(o, "at", json_instant(s->at_us));
        json_object_set_new(o, "decided_at", json_instant(s->decided_at_us));
        json_object_set_new(o, "reason", s->reason[0] ? json_text(s->reason) : json_null());
    }
    return print_json(l, o);
}

bool cmd_sends_list(struct app *app, struct err *err)
{
    struct listing l = {.app = app, .err = err};
    struct db *db = NULL;
    int state = -1;
    const char *name = cli_value(app, "state");
    bool held = cli_given(app, "held"), doubt = cli_given(app, "in-doubt");
    if ((name != NULL) + held + doubt > 1)
        return err_set(err, ERR_USAGE, "--state, --held, --in-doubt: give one of them");
    if (held || doubt)
        name = send_state_name(held ? SEND_HELD : SEND_IN_DOUBT);
    if (name != NULL) {
        enum send_state known;
        if (!send_state_parse(name, &known))
            return err_set(err, ERR_USAGE, "--state: \"%s\" is not a state of the ledger", name);
        state = (int)known;
    }
    bool ok = record_read(app, &db, err) &&
              read_sends(db, app->workspace, cli_value(app, "job"), state, send_row, &l, err);
    db_close(db);
    return ok && !l.failed;
}

bool cmd_sends_settle(struct app *app, struct err *err)
{
    static const struct {
        const char *word;
        enum settle_how how;
        const char *done;
    } ways[] = {{"sent", SETTLE_SENT, "counts as sent"},
                {"again", SETTLE_AGAIN, "will be sent again when its term has room"},
                {"drop", SETTLE_DROP, "is dropped"}};
    struct uuid id;
    struct record r;
    if (!uuid_parse(app->argument[0], &id))
        return err_set(err, ERR_USAGE, "\"%s\" is not an id; autopilot sends list shows them",
                       app->argument[0]);
    size_t way = 0;
    while (way < 3 && !str_equal(ways[way].word, app->argument[1]))
        way++;
    if (way == 3)
        return err_set(err, ERR_USAGE, "\"%s\": allowed are sent, again, drop", app->argument[1]);
    if (!record_open(app, &r, err))
        return false;
    bool ok = r.authority->ops->send_settle(r.authority, app->actor, id, ways[way].how, err);
    record_close(&r);
    return ok && out_done(app, "letter", app->argument[0], ways[way].done, err);
}

/* --- leads --- */

/* A CSV field: quoted; a leading = + - @ TAB would be a formula to a spreadsheet. */
static void csv_field(struct listing *l, const char *text, const char *after)
{
    const char *safe = out_safe(&l->safe, text);
    out_print("\"%s", safe[0] != '\0' && strchr("=+-@", safe[0]) != NULL ? "'" : "");
    for (const char *c = safe; *c != '\0'; c++)
        out_print("%s%c", *c == '"' ? "\"" : "", *c);
    out_print("\"%s", after);
}

static void lead_csv(struct listing *l, const struct lead_line *lead)
{
    char at[TIME_TEXT_MAX];
    if (l->rows == 1)
        out_print("workspace,address,company,title,url,job,group,term,found_at,sources\r\n");
    time_text_utc(lead->found_at_us, at);
    const char *fields[] = {lead->workspace, lead->address, lead->company, lead->title, lead->url,
                            lead->job,       lead->group,   lead->term,    at};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        csv_field(l, fields[i], ",");
    out_print("%d\r\n", lead->sources);
}

static bool lead_row(void *ctx, const struct lead_line *lead)
{
    struct listing *l = ctx;
    l->rows++;
    if (l->export && !l->app->json) {
        lead_csv(l, lead);
        return true;
    }
    if (!l->app->json) {
        out_print("%-40s %-28s %-20s %-28s %s\n", out_safe(&l->safe, lead->address),
                  out_safe(&l->safe, lead->company), out_safe(&l->safe, lead->group),
                  out_safe(&l->safe, lead->term), out_safe(&l->safe, lead->url));
        return true;
    }
    json_t *o = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:i}", "workspace",
                          json_text(lead->workspace), "address", json_text(lead->address),
                          "company", json_text(lead->company), "title", json_text(lead->title),
                          "url", json_text(lead->url), "job", json_text(lead->job), "group",
                          json_text(lead->group), "term", json_text(lead->term), "found_at",
                          json_instant(lead->found_at_us), "sources", lead->sources);
    return print_json(l, o);
}

bool cmd_leads_list(struct app *app, struct err *err)
{
    struct listing l = {.app = app, .err = err, .export = str_equal(app->row->verb, "export")};
    struct db *db = NULL;
    bool ok = record_read(app, &db, err) &&
              read_leads(db, app->workspace, cli_value(app, "job"), lead_row, &l, err);
    db_close(db);
    return ok && !l.failed;
}

/* --- audit --- */

static bool audit_row(void *ctx, const struct audit_line *a)
{
    struct listing *l = ctx;
    char at[TIME_TEXT_MAX];
    time_text_utc(a->at_us, at);
    if (!l->app->json) {
        out_print("%6lld  %-28s %-12s %-18s %-24s %s\n", (long long)a->seq, at,
                  out_safe(&l->safe, a->actor), a->action, out_safe(&l->safe, a->target),
                  out_safe(&l->safe, a->detail));
        return true;
    }
    return print_json(l, json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "seq", (json_int_t)a->seq,
                                   "at", json_instant(a->at_us), "actor", json_text(a->actor),
                                   "action", json_text(a->action), "target", json_text(a->target),
                                   "detail", json_text(a->detail), "hash", json_text(a->hash)));
}

bool cmd_audit_list(struct app *app, struct err *err)
{
    struct listing l = {.app = app, .err = err};
    struct db *db = NULL;
    bool ok = record_read(app, &db, err) && read_audit(db, audit_row, &l, err);
    db_close(db);
    return ok && !l.failed;
}
