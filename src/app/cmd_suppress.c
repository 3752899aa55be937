/* cmd_suppress.c - autopilot suppress: who is never written to. */
#include "adapter/page.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "commands.h"
#include "output.h"
#include "record.h"
#include "store/read_lists.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { IMPORT_MAX = 64 << 20, BAD_SHOWN_MAX = 20 };

struct listing {
    struct app *app;
    struct out_text safe;
    struct err *err;
    bool failed;
    bool export;
};

static bool suppression_row(void *ctx, const struct suppression_line *s)
{
    struct listing *l = ctx;
    char at[TIME_TEXT_MAX];
    time_text_utc(s->at_us, at);
    if (l->export) {
        out_print("%s\n", out_safe(&l->safe, s->subject));
        return true;
    }
    if (!l->app->json) {
        out_print("%-44s %-16s %-28s %s\n", out_safe(&l->safe, s->subject),
                  out_safe(&l->safe, s->actor), at, out_safe(&l->safe, s->reason));
        return true;
    }
    l->failed =
        !out_json(json_pack("{s:o, s:o, s:o, s:o, s:o}", "workspace", json_text(s->workspace),
                            "subject", json_text(s->subject), "reason", json_text(s->reason),
                            "actor", json_text(s->actor), "at", json_instant(s->at_us)),
                  true, l->err);
    return !l->failed;
}

bool cmd_suppress_list(struct app *app, struct err *err)
{
    struct listing l = {.app = app, .err = err, .export = str_equal(app->row->verb, "export")};
    struct db *db = NULL;
    bool ok = record_read(app, &db, err) &&
              read_suppressions(db, app->workspace, suppression_row, &l, err);
    db_close(db);
    return ok && !l.failed;
}

static const char *change_workspace(const struct app *app)
{
    return app->workspace != NULL ? app->workspace : "default";
}

/* What a change needs. */
struct changing {
    struct app *app;
    struct record record;
    struct page_reader *reader; /* folds addresses as pages' addresses are folded */
    const char *reason;
    bool add;
    int32_t changed;
};

static bool change_begin(struct app *app, struct changing *c, struct err *err)
{
    *c = (struct changing){.app = app, .add = !str_equal(app->row->verb, "remove")};
    c->reason = cli_value(app, "reason") != NULL ? cli_value(app, "reason") : "";
    return record_open_to_stop(app, &c->record, err) && page_reader_new(&c->reader, err);
}

static void change_end(struct changing *c)
{
    page_reader_free(c->reader);
    record_close(&c->record);
}

/* "Maria@Acme.ES" -> "maria@acme.es"; "@Acme.ES" -> "@acme.es" (folded as a@acme.es). */
static bool fold_subject(struct changing *c, const char *typed, char ret[ADDRESS_MAX + 2],
                         struct err *err)
{
    struct lead_found found;
    char whole[ADDRESS_MAX + 2];
    bool domain = typed[0] == '@';
    if (!str_format(whole, sizeof whole, "%s%s", domain ? "a" : "", typed))
        return err_set(err, ERR_REFUSED, "suppress: \"%.40s...\" is too long", typed);
    struct err why = {0};
    if (!page_fold_address(c->reader, whole, &found, &why)) {
        const char *cure = domain ? "an e-mail domain (@example.org)" : "an e-mail address";
        return err_set(err, why.kind, "suppress: \"%.80s\" is not %s", typed, cure);
    }
    return str_copy(ret, ADDRESS_MAX + 2, found.address + (domain ? 1 : 0));
}

static bool change_one(struct changing *c, const char *typed, struct err *err)
{
    struct out_text t = {0};
    struct authority *a = c->record.authority;
    char subject[ADDRESS_MAX + 2];
    bool changed = false;
    if (!fold_subject(c, typed, subject, err) ||
        !a->ops->suppress(a, c->app->actor, change_workspace(c->app), subject, c->reason, c->add,
                          &changed, err))
        return false;
    c->changed += changed;
    bool import = str_equal(c->app->row->verb, "import");
    if (c->app->json && !import)
        return out_json(json_pack("{s:o, s:b, s:b}", "subject", json_text(subject), "suppressed",
                                  c->add, "changed", changed),
                        true, err);
    if (!c->app->quiet && !import)
        out_print("%s %s\n", out_safe(&t, subject),
                  c->add ? (changed ? "is suppressed" : "was on the list already")
                         : (changed ? "is allowed again" : "was not on the list"));
    return true;
}

bool cmd_suppress_change(struct app *app, struct err *err)
{
    struct changing c;
    bool ok = change_begin(app, &c, err);
    for (int32_t i = 0; ok && i < app->arguments; i++)
        ok = change_one(&c, app->argument[i], err);
    change_end(&c);
    return ok;
}

/* The file as a whole, so that nothing of it is taken when a line of it is wrong. A device or a
 * directory has no end, or no lines. */
static bool read_list(const char *path, struct buf *text, struct err *err)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return err_set(err, ERR_REFUSED, "suppress: %s cannot be read: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_REFUSED,
                       "suppress: %s is not a regular file; write the list into one", path);
    if (!file_read(path, text, err))
        return false;
    return text->len == 0 || memchr(text->data, '\0', text->len) == NULL ||
           err_set(err, ERR_REFUSED, "suppress: %s is not a text: it holds a zero byte", path);
}

/* A line without its blanks; "" for one that says nothing. */
static char *list_line(char *line)
{
    char *subject = str_trim(line);
    return subject[0] == '#' ? subject + strlen(subject) : subject;
}

/* Tells every line that is wrong, the first of them in full; false when there is one. */
static bool check_list(struct changing *c, struct buf *text, struct err *err)
{
    const char *path = c->app->argument[0];
    struct out_text t = {0};
    char folded[ADDRESS_MAX + 2];
    int32_t number = 0, bad = 0;
    char *next = text->data;
    for (char *line; (line = strsep(&next, "\n")) != NULL;) {
        struct err why = {0};
        char *subject = list_line(line);
        number++;
        if (subject[0] == '\0' || fold_subject(c, subject, folded, &why))
            continue;
        if (bad++ < BAD_SHOWN_MAX)
            (void)fprintf(stderr, "%s:%d: %s\n", out_safe(&t, path), number,
                          out_safe(&t, why.text)); /* the sentence below tells how many */
    }
    return bad == 0 ||
           err_set(err, ERR_REFUSED,
                   "suppress: nothing was imported: %s has %d bad line%s (above%s); "
                   "mend them, or put a # in front",
                   path, bad, bad == 1 ? "" : "s", bad > BAD_SHOWN_MAX ? " are the first 20" : "");
}

/* Takes the lines; check_list() left a 0 where each of them ended, and where its blanks began:
 * what is left of those is one more empty line. */
static bool take_list(struct changing *c, const struct buf *text, struct err *err)
{
    bool ok = true;
    for (char *line = text->data; ok && line < text->data + text->len;) {
        char *after = line + strlen(line) + 1;
        char *subject = list_line(line);
        ok = subject[0] == '\0' || change_one(c, subject, err);
        line = after;
    }
    return ok;
}

bool cmd_suppress_import(struct app *app, struct err *err)
{
    struct changing c = {0};
    struct buf text = buf_init(IMPORT_MAX);
    bool ok = read_list(app->argument[0], &text, err) && change_begin(app, &c, err) &&
              (text.len == 0 || (check_list(&c, &text, err) && take_list(&c, &text, err)));
    change_end(&c);
    buf_done(&text);
    if (ok && app->json)
        return out_json(json_pack("{s:i}", "added", c.changed), false, err);
    if (ok && !app->quiet)
        out_print("%d added\n", c.changed);
    return ok;
}
