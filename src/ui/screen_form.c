/* screen_form.c - making a schedule, or editing all of one: the fields, what is wrong in them, and
 * when it would run, all of what is typed at this moment. */
#include "screen.h"

#include "schedform.h"

#include "base/str.h"

#include <string.h>

enum {
    ROW_BYTES = 1 << 20,
    SPECS_BYTES = 64 << 20,
    PREVIEW_BYTES = 1 << 20,
    WHO_BYTES = 1 << 20,
    WHO_LINES = 50,
    ANSWER_SAVE = 1,
    ANSWER_DROP,
    ANSWER_THEIRS,
    ANSWER_MINE,
    ANSWER_DIFF
};

#define PASTE_PAUSE_US (2 * INT64_C(1000000)) /* the end of a paste that never comes */

/* --- reading ---------------------------------------------------------------------------------- */

static bool read_specs_anew(struct ui *ui, struct schedform *v, struct err *err)
{
    struct arena arena = arena_init(SPECS_BYTES);
    struct spec_row *rows = NULL;
    int32_t count = 0;
    const struct source *s = &ui->source;
    const char *workspace = v->workspace[0] != '\0' ? v->workspace : NULL;
    if (!s->specs(s->ctx, workspace, NULL, &arena, &rows, &count, err)) {
        arena_done(&arena);
        return false;
    }
    arena_done(&v->spec_arena);
    v->spec_arena = arena;
    v->spec = rows;
    v->specs = count;
    v->def_name[0] = '\0'; /* its definition may be another one */
    return true;
}

/* "schedule NAME: changed by WHO", the newest of these lines. */
static void find_who(struct ui *ui, struct schedform_theirs *t)
{
    static const char by[] = "changed by ";
    struct log_filter filter = {.level = LOG_INFO, .match = by};
    struct arena arena = arena_init(WHO_BYTES);
    struct log_row *rows = NULL;
    int32_t count = 0;
    struct err why;
    char begin[NAME_MAX_BYTES + 32];
    const struct source *s = &ui->source;
    (void)str_format(begin, sizeof begin, "schedule %s: ", t->row->name); /* it fits */
    if (!s->log(s->ctx, &filter, NULL, true, WHO_LINES, &arena, &rows, &count, &why))
        count = 0;
    for (int32_t i = 0; i < count; i++) {
        const char *at = strstr(rows[i].text, by);
        if (at == NULL || !str_starts(rows[i].text, begin))
            continue;
        (void)str_copy(t->who, sizeof t->who, at + strlen(by)); /* a cut is fine */
        t->at_us = rows[i].key.at_us;
    }
    arena_done(&arena);
}

static const struct schedule_row *by_id(const struct schedule_row *rows, int32_t count,
                                        struct uuid id)
{
    for (int32_t i = 0; i < count; i++)
        if (uuid_equal(rows[i].id, id))
            return &rows[i];
    return NULL;
}

/* What becomes of the row that was read: the arena is v's afterwards, or done. */
static void take_row(struct ui *ui, struct schedform *v, const struct schedule_row *row,
                     struct arena *arena)
{
    v->gone = row == NULL;
    if (row == NULL || (v->base != NULL && row->rev == v->base->rev)) {
        arena_done(arena);
    } else if (v->base == NULL) {
        v->base_arena = *arena;
        (void)str_copy(v->workspace, sizeof v->workspace, row->workspace); /* stored names fit */
        schedform_take(v, row);
        form_focus(&v->form, F_SPEC);
    } else {
        arena_done(&v->theirs.arena);
        v->theirs = (struct schedform_theirs){.there = true, .arena = *arena, .row = row};
        find_who(ui, &v->theirs);
    }
}

static bool read_schedule(struct ui *ui, struct schedform *v, struct err *err)
{
    struct arena arena = arena_init(SPECS_BYTES);
    struct schedule_row *rows = NULL;
    int32_t count = 0;
    const struct source *s = &ui->source;
    const char *name = v->base != NULL ? v->base->name : NULL;
    const char *workspace = v->workspace[0] != '\0' ? v->workspace : ui->workspace;
    if (!s->schedules(s->ctx, workspace, name, &arena, &rows, &count, err)) {
        arena_done(&arena);
        return false;
    }
    take_row(ui, v, by_id(rows, count, v->id), &arena);
    return true;
}
static void ask_between(struct ui *ui, struct schedform *v, bool diff);

static bool form_load(struct ui *ui, void *state, struct err *err)
{
    struct schedform *v = state;
    if ((!v->fresh && !read_schedule(ui, v, err)) || !read_specs_anew(ui, v, err))
        return false;
    if (v->fresh && !v->there)
        schedform_begin(v);
    v->there = v->fresh || v->base != NULL;
    if (v->there)
        schedform_check(ui, v);
    if (v->asked_save && v->theirs.there)
        ask_between(ui, v, false);
    v->asked_save = false;
    return true;
}

/* arg: the id of the schedule, or "" for a new one. */
static void form_enter(struct ui *ui, void *state, const char *arg)
{
    struct schedform *v = state;
    struct err why;
    schedform_done(v);
    *v = (struct schedform){.there = false};
    v->fresh = !uuid_parse(arg, &v->id);
    (void)str_copy(v->workspace, sizeof v->workspace,
                   ui->workspace != NULL ? ui->workspace : ""); /* it fits */
    /* At once: the next key is typed into the first field. What fails is told when it is read
     * again with all the rest. */
    (void)form_load(ui, v, &why); /* see above */
    if (v->fresh && v->workspace[0] == '\0' && v->specs > 0)
        (void)str_copy(v->workspace, sizeof v->workspace, v->spec[0].workspace); /* it fits */
}

/* --- saving and leaving ----------------------------------------------------------------------- */

static void leave(struct ui *ui)
{
    if (!ui_back(ui))
        ui_show(ui, screens_find("schedules"), "", false);
}

static void say_faults(struct ui *ui, struct schedform *v, int count, int first)
{
    form_focus(&v->form, first);
    ui_say(ui, MESSAGE_WARN, "%d %s you before it can be saved: %s", count,
           count == 1 ? "field needs" : "fields need", v->form.field[first].label);
}

/* A name that a new schedule can't have is said at its field. */
static bool is_taken(struct ui *ui, struct schedform *v)
{
    struct arena arena = arena_init(ROW_BYTES);
    struct schedule_row *rows = NULL;
    int32_t count = 0;
    struct err why;
    const struct source *s = &ui->source;
    bool taken =
        v->fresh &&
        s->schedules(s->ctx, v->workspace, v->form.value[F_NAME], &arena, &rows, &count, &why) &&
        count > 0;
    arena_done(&arena);
    if (!taken)
        return false;
    v->form.fault[F_NAME].caret = -1;
    (void)str_copy(v->form.fault[F_NAME].text, FORM_FAULT_MAX,
                   "there is a schedule of this name already"); /* it fits */
    say_faults(ui, v, 1, F_NAME);
    return true;
}

static void hand_in(struct ui *ui, struct schedform *v)
{
    struct command c, old;
    struct err why = {0};
    if (!schedform_command(v, &c, &why)) {
        ui_say(ui, MESSAGE_ERROR, "%s", why.text);
        return;
    }
    bool can_undo = v->base != NULL && schedform_undo_command(v->base, &old);
    if (!ui_submit(ui, &c))
        return; /* it has told the operator */
    v->ticket = c.ticket;
    if (can_undo) {
        old.ticket = c.ticket;
        ui->undo = old;
    } else {
        ui->undo.kind = COMMAND_NONE; /* a new one is deleted with D, which asks */
    }
    ui_say(ui, MESSAGE_NOTE, "saving %s", c.target);
}

static void save(struct ui *ui, struct schedform *v)
{
    int first;
    v->tried = true;
    schedform_check(ui, v);
    int count = form_faults(&v->form, &first);
    if (v->ticket != 0)
        ui_say(ui, MESSAGE_NOTE, "it is being saved");
    else if (ui_away(ui))
        ui_say_away(ui, "save", ", and the form keeps its text");
    else if (v->gone)
        ui_say(ui, MESSAGE_WARN, "this schedule was deleted meanwhile; Esc leaves the form");
    else if (count > 0)
        say_faults(ui, v, count, first);
    else if (v->theirs.there)
        ask_between(ui, v, false);
    else if (!is_taken(ui, v))
        hand_in(ui, v);
}

static void answered(struct ui *ui, int answer)
{
    struct schedform *v = ui_screen_state(ui);
    if (answer == ANSWER_DROP) {
        leave(ui);
    } else if (answer == ANSWER_SAVE) {
        save(ui, v);
    } else if (answer == ANSWER_DIFF && v->theirs.there) {
        ask_between(ui, v, true);
    } else if (v->theirs.there) {
        schedform_merge(v, answer == ANSWER_MINE);
        schedform_check(ui, v);
        if (answer == ANSWER_MINE)
            save(ui, v);
    }
}

static void say_who(const struct ui *ui, const struct schedform *v, char *dst, size_t size)
{
    char age[FIT_TEXT];
    const struct schedform_theirs *t = &v->theirs;
    if (t->who[0] != '\0')
        (void)str_format(dst, size, "%s changed this %s ago", t->who,
                         fit_span(ui->now_us - t->at_us, age)); /* a cut is fine */
    else
        (void)str_copy(dst, size, "somebody changed this meanwhile"); /* it fits */
}

/* What they changed; in the diff also what only this form changed. */
static void ask_between(struct ui *ui, struct schedform *v, bool diff)
{
    char text[DIALOG_TEXT];
    struct dialog *d = &ui->dialog;
    say_who(ui, v, text, sizeof text);
    dialog_begin(d, text, false);
    for (int i = 0; i < F_FIELDS; i++)
        if (schedform_difference(v, i, text, sizeof text) ||
            (diff && schedform_only_mine(v, i, text, sizeof text)))
            dialog_line(d, "%s", text);
    dialog_choice(d, "m", 'm', "mine over theirs, and save", ANSWER_MINE);
    dialog_choice(d, "t", 't', "theirs, drop mine", ANSWER_THEIRS);
    if (!diff)
        dialog_choice(d, "d", 'd', "diff: mine as well", ANSWER_DIFF);
    dialog_choice(d, "Esc", KEY_ESC, "look at the form again", 0);
    ui->answered = answered;
}

static void cancel(struct ui *ui, struct schedform *v)
{
    int changes = v->there ? form_changes(&v->form) : 0;
    struct dialog *d = &ui->dialog;
    if (changes == 0) {
        leave(ui);
        return;
    }
    dialog_begin(d, "Leave the form", false);
    dialog_line(d, "%d %s changed and not saved.", changes,
                changes == 1 ? "field was" : "fields were");
    dialog_choice(d, "s", 's', "save", ANSWER_SAVE);
    dialog_choice(d, "d", 'd', "drop what was changed", ANSWER_DROP);
    dialog_choice(d, "Esc", KEY_ESC, "stay", 0);
    ui->answered = answered;
}

/* The desk's answer to the save: the message line says it already. */
static void form_reply(struct ui *ui, void *state, const struct reply *r)
{
    struct schedform *v = state;
    if (v->ticket == 0 || r->ticket != v->ticket)
        return;
    v->ticket = 0;
    v->asked_save = !r->ok;
    if (!r->ok)
        return;
    struct command run = {.kind = COMMAND_SCHEDULE_RUN};
    struct command undo = ui->undo;
    bool then_run = v->then_run;
    (void)str_copy(run.workspace, sizeof run.workspace, v->workspace); /* same size */
    (void)str_copy(run.target, sizeof run.target, r->target);          /* same size */
    leave(ui);
    if (then_run && ui_submit(ui, &run))
        ui->undo = undo; /* u is about what was saved */
}

/* --- keys ------------------------------------------------------------------------------------- */

static void choose(struct ui *ui, struct schedform *v)
{
    struct form *f = &v->form;
    enum field_kind kind = f->field[f->focus].kind;
    if (f->fixed[f->focus] || kind == FIELD_TEXT)
        form_step(f, 1);
    else if (kind == FIELD_CHOICE)
        (void)form_key(f, KEY_SPACE); /* it is one of its keys */
    else
        schedform_pick(v, f->focus);
    schedform_check(ui, v);
}

static bool form_act(struct ui *ui, void *state, enum op op, int by, const char *arg)
{
    struct schedform *v = state;
    (void)arg;
    if (op == OP_CLEAR) {
        cancel(ui, v);
        return true;
    }
    if (!v->there)
        return false;
    switch (op) {
    case OP_MOVE:
        form_step(&v->form, by == MOVE_DOWN ? 1 : -1);
        return true;
    case OP_OPEN:
        choose(ui, v);
        return true;
    case OP_UNDO:
        form_undo(&v->form);
        schedform_check(ui, v);
        return true;
    case OP_SAVE:
        v->then_run = by == 1;
        save(ui, v);
        return true;
    default:
        return false;
    }
}

static void pick_typed(struct ui *ui, struct schedform *v, uint32_t key)
{
    char names[PROMPT_MAX];
    bool done;
    if (pick_key(&v->pick, key, &done, names, sizeof names) && done) {
        form_set(&v->form, v->form.focus, names);
        schedform_check(ui, v);
    }
}

/* True: it was typed into the field, or at the list over the form. */
static bool form_typed(struct ui *ui, void *state, uint32_t key)
{
    struct schedform *v = state;
    if (!v->there)
        return false;
    struct prompt *p = &v->form.prompt;
    p->pasting = p->pasting && ui->boot_us - ui->pasted_us < PASTE_PAUSE_US;
    ui->pasted_us = ui->boot_us;
    if (v->pick.open) {
        pick_typed(ui, v, key);
        return true;
    }
    if (!form_key(&v->form, key))
        return false;
    schedform_check(ui, v);
    return true;
}

/* --- drawing ---------------------------------------------------------------------------------- */

static void draw_title(const struct ui *ui, struct pane p, const struct schedform *v)
{
    char note[80];
    int changes = form_changes(&v->form);
    int x = pane_add(p, 0, 1, ROLE_DIM, "Schedules › ");
    x = pane_add(p, 0, x, LOOK_BOLD, v->fresh ? "New schedule" : v->base->name);
    (void)str_format(note, sizeof note, "* needed  %d %s changed", changes,
                     changes == 1 ? "field" : "fields"); /* it fits */
    if (v->gone)
        (void)str_copy(note, sizeof note, "▲ it was deleted meanwhile"); /* it fits */
    else if (v->theirs.there)
        say_who(ui, v, note, sizeof note);
    int look = v->gone || v->theirs.there ? ROLE_WARN : ROLE_DIM;
    if (x + fit_columns_of(note) + 2 < p.cols || look == ROLE_WARN)
        pane_put_right(p, 0, p.cols - 1, look, note);
}

/* A row as the schedule would be, for the preview. */
static struct schedule_row as_it_would_be(const struct schedform *v)
{
    const struct spec_row *spec = schedform_spec(v);
    struct schedule_row row = {.workspace = v->workspace};
    if (v->base != NULL)
        row = *v->base;
    row.enabled = true;
    row.status = SCHEDULE_ACTIVE;
    row.cadence = v->form.value[F_CADENCE][0] != '\0' ? v->form.value[F_CADENCE] : NULL;
    row.frequency = spec != NULL ? spec->frequency : "";
    if (spec != NULL && (v->base == NULL || !str_equal(v->base->specification, spec->name))) {
        row.last_success_us = spec->last_success_us;
        row.ran = spec->last_success_us > 0;
    }
    return row;
}

static void draw_words(struct pane p, const struct schedform *v)
{
    struct buf words = buf_init(4096);
    const struct cron *cron = &v->timing.cron;
    unsigned bit = 1;
    cron_words(cron, &words);
    while (bit < 1u << CRON_WARNINGS && (cron->warnings & bit) == 0)
        bit <<= 1;
    int x = pane_add(p, 0, 1, ROLE_INFO, buf_text(&words));
    if (cron->warnings != 0 && x + 12 < p.cols)
        pane_put_cut(p, 0, x + 2, p.cols - x - 3, ROLE_WARN, cron_warning(bit));
    buf_done(&words);
}

static void draw_preview(struct ui *ui, struct pane p, const struct schedform *v, int more)
{
    struct schedule_row row = as_it_would_be(v);
    struct sched_detail d = {.there = true, .arena = arena_init(PREVIEW_BYTES)};
    char note[40] = "";
    int y = 0;
    if (p.rows >= 4) {
        if (more > 0)
            (void)str_format(note, sizeof note, "%d more %s", more,
                             more == 1 ? "field" : "fields"); /* it fits */
        pane_rule(p, y++, "Preview", note);
    }
    if (v->timing_ok && v->timing.type == TIMING_AFTER && v->base != NULL &&
        v->base->after != NULL) {
        pane_say(p, y, 1, ROLE_INFO, "Each time a report of %s was made", v->base->after);
    } else if (!v->timing_ok) {
        pane_put(p, y, 1, ROLE_DIM, "It can't be said yet when it runs.");
    } else {
        draw_words(pane_part(p, y++, 0, 1, p.cols), v);
        sched_preview(ui, &d, &row, &v->timing);
        sched_draw_next_rows(ui, pane_part(p, y, 0, p.rows - y, p.cols), &d);
    }
    sched_detail_done(&d);
}

static void form_paint(struct ui *ui, void *state, struct pane p)
{
    struct schedform *v = state;
    if (!v->there) {
        pane_put(p, 0, 1, ROLE_DIM,
                 v->gone ? "This schedule is not there any more. Esc leaves." : "");
        return;
    }
    int below = p.rows >= 26 ? 9 : p.rows >= 18 ? 7 : p.rows >= 10 ? 4 : p.rows >= 7 ? 2 : 0;
    int gap = p.rows >= 18;
    draw_title(ui, p, v);
    int more = form_draw(pane_part(p, 1 + gap, 0, p.rows - 1 - gap - below, p.cols), &v->form);
    draw_preview(ui, pane_part(p, p.rows - below, 0, below, p.cols), v, more);
    if (v->pick.open)
        pick_draw(p, &v->pick);
}

static void form_done(void *state)
{
    schedform_done(state);
}

const struct screen screen_form = {
    .name = "form",
    .title = "Form",
    .brief = "Form",
    .tab = "schedules",
    .kinds = IN_FORM,
    .state_size = sizeof(struct schedform),
    .enter = form_enter,
    .load = form_load,
    .draw = form_paint,
    .act = form_act,
    .typed = form_typed,
    .reply = form_reply,
    .done = form_done,
};
