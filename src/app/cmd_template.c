/* cmd_template.c - autopilot template: list, show, add, edit, delete, preview. */
#include "cmd_template.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "commands.h"
#include "domain/letter.h"
#include "output.h"
#include "record.h"
#include "store/read_lists.h"
#include "wire.h"

#include <string.h>

enum { MESSAGE_TEXT_MAX = 2 << 20 };

struct listing {
    struct app *app;
    struct out_text safe;
    struct err *err;
    bool failed;
};

static bool template_row(void *ctx, const struct template_line *t)
{
    struct listing *l = ctx;
    if (!l->app->json) {
        out_print("%-16s %-28s %3d groups  %s\n", out_safe(&l->safe, t->workspace),
                  out_safe(&l->safe, t->name), t->used_by, out_safe(&l->safe, t->subject));
        return true;
    }
    l->failed =
        !out_json(json_pack("{s:o, s:o, s:o, s:i, s:i}", "workspace", json_text(t->workspace),
                            "name", json_text(t->name), "subject", json_text(t->subject), "version",
                            t->version, "groups", t->used_by),
                  true, l->err);
    return !l->failed;
}

bool cmd_template_list(struct app *app, struct err *err)
{
    struct listing l = {.app = app, .err = err};
    struct db *db = NULL;
    bool ok =
        record_read(app, &db, err) && read_templates(db, app->workspace, template_row, &l, err);
    db_close(db);
    return ok && !l.failed;
}

static bool keep_row(void *ctx, const struct template_line *t)
{
    struct template_found *f = ctx;
    if (!str_equal(t->name, f->name))
        return true;
    f->seen++;
    f->workspace = arena_text(&f->arena, t->workspace);
    f->def.name = arena_text(&f->arena, t->name);
    f->def.subject = arena_text(&f->arena, t->subject);
    f->def.text = arena_text(&f->arena, t->text);
    f->def.html = arena_text(&f->arena, t->html);
    return true;
}

/* Finds the template of the first argument. *ret_seen 0: there is none (no failure). */
static bool find_template(struct app *app, struct template_found *f, struct err *err)
{
    struct db *db = NULL;
    *f = (struct template_found){.name = app->argument[0], .arena = arena_init(8 << 20)};
    bool ok = record_read(app, &db, err) && read_templates(db, app->workspace, keep_row, f, err);
    db_close(db);
    if (ok && f->seen > 1)
        ok = err_set(err, ERR_REFUSED,
                     "template \"%s\" is in %d workspaces; say which with --workspace", f->name,
                     f->seen);
    if (ok && f->seen == 1 &&
        (f->def.subject == NULL || f->def.text == NULL || f->def.html == NULL))
        ok = err_set(err, ERR_STOP, "template: out of memory");
    return ok;
}

bool template_need(struct app *app, struct template_found *f, struct err *err)
{
    if (!find_template(app, f, err))
        return false;
    return f->seen == 1 || err_set(err, ERR_REFUSED,
                                   "there is no template \"%s\"; autopilot template list shows "
                                   "those that are there",
                                   f->name);
}

/* Lines of a part, each screened. */
static void print_part(const char *head, const char *text)
{
    struct out_text t = {0};
    char line[1000];
    if (text[0] == '\0')
        return;
    out_print("--- %s\n", head);
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        (void)str_copy_n(line, sizeof line, text, len); /* a longer line is shown cut */
        out_print("%s\n", out_safe(&t, line));
        text += len + (text[len] == '\n');
    }
}

bool cmd_template_show(struct app *app, struct err *err)
{
    struct template_found f;
    bool ok = template_need(app, &f, err);
    if (ok && app->json)
        ok = out_json(json_pack("{s:o, s:o, s:o, s:o, s:o}", "workspace", json_text(f.workspace),
                                "name", json_text(f.def.name), "subject", json_text(f.def.subject),
                                "text", json_text(f.def.text), "html", json_text(f.def.html)),
                      false, err);
    else if (ok) {
        print_part("subject", f.def.subject);
        print_part("text", f.def.text);
        print_part("html", f.def.html);
    }
    arena_done(&f.arena);
    return ok;
}

static bool part_file(struct app *app, const char *option, struct buf *text, const char **part,
                      struct err *err)
{
    const char *path = cli_value(app, option);
    if (path == NULL)
        return true;
    if (!file_read(path, text, err))
        return false;
    *part = buf_text(text);
    return true;
}

static bool check_parts(const struct template_def *def, struct err *err)
{
    const char *parts[LETTER_PARTS] = {def->subject, def->text, def->html};
    for (int i = 0; i < LETTER_PARTS; i++) {
        struct err why = {0};
        if (parts[i] != NULL && !letter_check_template((enum letter_part)i, parts[i], &why))
            return err_set(err, ERR_REFUSED, "template \"%s\": %s", def->name, why.text);
    }
    bool body =
        (def->text != NULL && def->text[0] != '\0') || (def->html != NULL && def->html[0] != '\0');
    if (def->subject == NULL || def->subject[0] == '\0' || !body)
        return err_set(err, ERR_REFUSED,
                       "template \"%s\": --subject and one of --text FILE, --html FILE are needed",
                       def->name);
    return job_name_ok(def->name) ||
           err_set(err, ERR_REFUSED, "template: the name must be 1 to %d bytes of plain text",
                   NAME_MAX_BYTES);
}

static bool add_or_edit(struct app *app, struct template_found *f, struct err *err)
{
    struct record r;
    struct buf text = buf_init(LETTER_BODY_MAX);
    struct buf html = buf_init(LETTER_BODY_MAX);
    bool edit = str_equal(app->row->verb, "edit");
    bool ok = true;
    if (edit && f->seen == 0)
        ok = err_set(err, ERR_REFUSED, "there is no template \"%s\" to edit", f->name);
    else if (!edit && f->seen > 0)
        ok =
            err_set(err, ERR_REFUSED, "template \"%s\" exists already; use template edit", f->name);
    f->def.name = f->name;
    if (cli_given(app, "subject"))
        f->def.subject = cli_value(app, "subject");
    ok = ok && part_file(app, "text", &text, &f->def.text, err) &&
         part_file(app, "html", &html, &f->def.html, err) && check_parts(&f->def, err) &&
         record_open(app, &r, err);
    if (ok) {
        const char *workspace = f->workspace != NULL     ? f->workspace
                                : app->workspace != NULL ? app->workspace
                                                         : "default";
        ok = r.authority->ops->template_put(r.authority, app->actor, workspace, &f->def, err);
        record_close(&r);
    }
    buf_done(&text);
    buf_done(&html);
    return ok;
}

bool cmd_template_add(struct app *app, struct err *err)
{
    struct template_found f = {.name = app->argument[0]};
    struct record r;
    /* The record must be there to look for the name in it. */
    if (!record_open(app, &r, err))
        return false;
    record_close(&r);
    bool ok = find_template(app, &f, err) && add_or_edit(app, &f, err);
    ok = ok && out_done(app, "template", f.name, "is stored", err);
    arena_done(&f.arena);
    return ok;
}

bool cmd_template_delete(struct app *app, struct err *err)
{
    struct template_found f;
    struct record r;
    bool ok = out_confirm(cli_given(app, "yes"), "Delete the template?", err) &&
              template_need(app, &f, err);
    if (!ok)
        return false;
    ok = record_open(app, &r, err);
    if (ok) {
        ok = r.authority->ops->template_delete(r.authority, app->actor, f.workspace, f.name, err);
        record_close(&r);
    }
    ok = ok && out_done(app, "template", f.name, "is gone", err);
    arena_done(&f.arena);
    return ok;
}

/* The lead that was asked for, as the record knows it. */
struct wanted {
    const char *address;
    struct send_row *row;
    bool found;
};

static bool keep_lead(void *ctx, const struct lead_line *lead)
{
    struct wanted *w = ctx;
    if (!str_equal_nocase(lead->address, w->address))
        return true;
    *w->row = (struct send_row){.seq = 0};
    (void)str_copy(w->row->address, sizeof w->row->address, lead->address); /* they were */
    (void)str_copy(w->row->company, sizeof w->row->company, lead->company); /* as large */
    (void)str_copy(w->row->title, sizeof w->row->title, lead->title);       /* when they */
    (void)str_copy(w->row->url, sizeof w->row->url, lead->url);             /* were found */
    w->found = true;
    return false;
}

bool template_lead(struct app *app, struct send_row *row, struct err *err)
{
    struct wanted w = {cli_value(app, "lead"), row, false};
    *row = (struct send_row){
        .address = "maria@beispiel-zq.de",
        .name = "Maria Beispiel",
        .company = "Beispiel & Söhne",
        .title = "Beispiel & Söhne - Startseite",
        .language = "de",
        .url = "https://beispiel-zq.de/kontakt",
    };
    struct db *db = NULL;
    if (w.address == NULL)
        return true;
    bool ok =
        record_read(app, &db, err) && read_leads(db, app->workspace, NULL, keep_lead, &w, err);
    db_close(db);
    return ok && (w.found || err_set(err, ERR_REFUSED,
                                     "there is no lead \"%s\"; autopilot leads list shows those "
                                     "that are there",
                                     w.address));
}

bool cmd_template_preview(struct app *app, struct err *err)
{
    struct template_found f;
    struct config config;
    struct buf message = buf_init(MESSAGE_TEXT_MAX);
    struct send_row row;
    bool ok = template_need(app, &f, err) && template_lead(app, &row, err) &&
              config_read(app->config_path, false, &config, err);
    row.claimed_at_us = clock_now_us();
    row.id = uuid_from_bytes("preview", 7);
    ok = ok && wire_letter(NULL, &config.settings, &f.def, &row, "group", "term", &message, err);
    if (ok)
        print_part("message", buf_text(&message));
    buf_done(&message);
    arena_done(&f.arena);
    return ok;
}
