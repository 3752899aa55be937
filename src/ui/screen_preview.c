/* screen_preview.c - the letter that a lead would get, written from the template of the group that
 * found it and from what is known of it. The idea: it is written by the function that writes the
 * real one; each variable that is missing is named and stands in the text as it is in the template,
 * so that all of them are seen at once. Nothing is stored and nothing leaves. */
#include "screen.h"

#include "leadparts.h"
#include "textview.h"

#include "base/str.h"
#include "domain/letter.h"
#include "domain/outbound.h"

#include <stdlib.h>
#include <string.h>

enum { VIEW_BYTES = 4 << 20, FACTS = 9, NAME_BYTES = 40 };

struct preview_view {
    char arg[NAME_MAX_BYTES + 1]; /* the lead's number */
    struct textview text;
    bool there;
    char title[2 * NAME_MAX_BYTES];
    char missing[FACTS * NAME_BYTES]; /* "company, name"; "" none */
    char fault[ERR_TEXT_MAX];         /* why it can't be written at all, or may not leave */
};

static void drop(struct preview_view *v)
{
    textview_done(&v->text);
    v->there = false;
    v->missing[0] = v->fault[0] = v->title[0] = '\0';
}

static void preview_enter(struct ui *ui, void *state, const char *arg)
{
    struct preview_view *v = state;
    (void)ui;
    drop(v); /* a template may have been mended meanwhile */
    if (arg[0] != '\0')
        (void)str_copy(v->arg, sizeof v->arg, arg); /* same size */
}

/* --- writing it ------------------------------------------------------------------------------- */

struct facts {
    struct letter_facts value;
    char name[FACTS][NAME_BYTES]; /* "{{company}}" in place of what is missing */
    int missing;
};

/* Where the fact of that name stands. */
static const char **fact_of(struct letter_facts *f, const char *name)
{
    const struct {
        const char *name, **at;
    } rows[FACTS] = {{"email", &f->email},     {"domain", &f->domain}, {"name", &f->name},
                     {"company", &f->company}, {"title", &f->title},   {"url", &f->url},
                     {"term", &f->term},       {"group", &f->group},   {"language", &f->language}};
    for (int i = 0; i < FACTS; i++)
        if (str_equal(rows[i].name, name))
            return rows[i].at;
    return NULL;
}

/* Remembers that it is missing and lets its name stand in for it. False: it has one already. */
static bool stand_in(struct preview_view *v, struct facts *f, const char *name)
{
    size_t at = strlen(v->missing);
    const char **fact = fact_of(&f->value, name);
    if (fact == NULL || f->missing == FACTS)
        return false;
    char *text = f->name[f->missing++];
    (void)str_format(text, NAME_BYTES, "{{%s}}", name); /* it fits */
    *fact = text;
    (void)str_format(v->missing + at, sizeof v->missing - at, "%s%s", at > 0 ? ", " : "",
                     name); /* it fits */
    return true;
}

/* One part under its name; false: it can't be written, and v->fault says why. */
static bool add_part(struct preview_view *v, enum letter_part part, const char *template,
                     struct facts *f)
{
    struct err err = {0};
    const char *name = NULL;
    enum letter_answer answer;
    struct buf out = buf_init(part == LETTER_SUBJECT ? LETTER_SUBJECT_MAX : LETTER_BODY_MAX);
    do {
        buf_clear(&out);
        answer = letter_render(part, template, &f->value, &out, &name, &err);
    } while (answer == LETTER_HELD && name != NULL && stand_in(v, f, name));
    if (answer == LETTER_READY)
        buf_addf(&v->text.text, part == LETTER_SUBJECT ? "%s: %s\n" : "\n--- %s\n%s\n",
                 part == LETTER_SUBJECT ? "Subject" : letter_part_name(part), buf_text(&out));
    else
        (void)str_copy(v->fault, sizeof v->fault, err.text); /* same size */
    buf_done(&out);
    return answer == LETTER_READY;
}

static void add_head(struct ui *ui, struct preview_view *v, const struct lead_row *lead)
{
    char to[TABLE_TEXT_MAX], from[TABLE_TEXT_MAX];
    const struct settings *s = &ui->settings;
    const char *at = outbound_recipient(s, lead->address);
    lead_address(ui, at, to, sizeof to);
    lead_address(ui, s->mail_from, from, sizeof from);
    buf_addf(&v->text.text, "From: %s%s%s%s\n", s->mail_from_name,
             s->mail_from_name[0] != '\0' ? " <" : "",
             from[0] != '\0' ? from : "not set: [mail] from",
             s->mail_from_name[0] != '\0' ? ">" : "");
    buf_addf(&v->text.text, "To: %s%s\n", to,
             str_equal(at, lead->address) ? "" : " (redirect_to: nobody else gets one)");
}

static void write_letter(struct ui *ui, struct preview_view *v, const struct lead_row *lead,
                         const struct template_def *t)
{
    char email[TABLE_TEXT_MAX];
    struct err err = {0};
    const char *at = strrchr(lead->address, '@');
    lead_address(ui, lead->address, email, sizeof email);
    struct facts f = {.value = {.email = email,
                                .domain = at != NULL ? at + 1 : "",
                                .name = lead->name,
                                .company = lead->company,
                                .title = lead->title,
                                .url = lead->url,
                                .term = lead->term,
                                .group = lead->group,
                                .language = lead->language}};
    const char *part[LETTER_PARTS] = {t->subject, t->text, t->html};
    (void)str_format(v->title, sizeof v->title, "%s by \"%s\"", email, t->name); /* a cut is fine */
    add_head(ui, v, lead);
    for (int i = 0; i < LETTER_PARTS; i++)
        if (part[i] != NULL && part[i][0] != '\0' && !add_part(v, (enum letter_part)i, part[i], &f))
            break;
    if (v->fault[0] == '\0' && !outbound_may_go(&ui->settings, lead->address, 0, &err))
        (void)str_copy(v->fault, sizeof v->fault, err.text); /* same size */
}

/* --- the screen ------------------------------------------------------------------------------- */

static bool find_lead(struct ui *ui, const struct preview_view *v, struct arena *arena,
                      const struct lead_row **ret, struct err *err)
{
    struct lead_page page;
    int64_t id = strtoll(v->arg, NULL, 10);
    struct lead_filter filter = {.workspace = ui->workspace, .before = id + 1, .max = 1};
    *ret = NULL;
    if (!ui->source.leads(ui->source.ctx, &filter, arena, &page, err))
        return false;
    if (page.count == 1 && page.row[0].id == id)
        *ret = &page.row[0];
    return true;
}

static bool preview_load(struct ui *ui, void *state, struct err *err)
{
    struct preview_view *v = state;
    struct template_def *t = NULL;
    const struct lead_row *lead = NULL;
    struct arena arena = arena_init(VIEW_BYTES);
    if (v->there)
        return true;
    drop(v);
    v->text.text = buf_init(VIEW_BYTES);
    bool ok = find_lead(ui, v, &arena, &lead, err) &&
              (lead == NULL || ui->source.lead_template(ui->source.ctx, lead, &arena, &t, err));
    if (ok && lead == NULL)
        (void)str_copy(v->fault, sizeof v->fault, "this lead is not there"); /* it fits */
    else if (ok && t == NULL)
        (void)str_copy(v->fault, sizeof v->fault,
                       "the group that found it has no template"); /* it fits */
    else if (ok)
        write_letter(ui, v, lead, t);
    ok = ok && (textview_ready(&v->text) || err_set(err, ERR_STOP, "console: out of memory"));
    v->there = ok;
    arena_done(&arena);
    return ok;
}

static bool preview_act(struct ui *ui, void *state, enum op op, int by, const char *arg)
{
    struct preview_view *v = state;
    (void)ui, (void)arg;
    return textview_act(&v->text, op, by);
}

static void preview_draw(struct ui *ui, void *state, struct pane p)
{
    struct preview_view *v = state;
    int y = 0;
    (void)ui;
    int x = pane_add(p, y, 1, ROLE_DIM, "Letter › ");
    pane_put_cut(p, y++, x, p.cols - x - 1, LOOK_BOLD, v->title);
    if (v->missing[0] != '\0')
        pane_say(p, y++, 1, ROLE_WARN, "▲ held: missing %s", v->missing);
    if (v->fault[0] != '\0') {
        pane_put(p, y, 1, ROLE_WARN, "▲");
        pane_put_cut(p, y++, 3, p.cols - 4, ROLE_WARN, v->fault);
    }
    if (v->missing[0] == '\0' && v->fault[0] == '\0' && v->there)
        pane_put(p, y++, 1, ROLE_OK, "● nothing is missing; nothing was stored, nothing left");
    textview_draw(&v->text, pane_part(p, y, 0, p.rows - y, p.cols), "As it would be written");
}

static void preview_done(void *state)
{
    drop(state);
}

const struct screen screen_preview = {
    .name = "preview",
    .title = "Preview",
    .brief = "Preview",
    .tab = "jobs",
    .kinds = IN_TEXT,
    .state_size = sizeof(struct preview_view),
    .enter = preview_enter,
    .load = preview_load,
    .draw = preview_draw,
    .act = preview_act,
    .done = preview_done,
};
