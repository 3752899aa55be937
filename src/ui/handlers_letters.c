/* handlers_letters.c - what the rows of the action table about letters call. The idea: each word is
 * final, so each is asked about first, with what comes of it; the question is about those very
 * letters, whatever is selected by then. */
#include "leadparts.h"

#include "base/str.h"

enum { ANSWER_GO = 1, NAMED_MAX = 4 };

/* The marked letters, or else the one with the id, or the selected one. */
struct targets {
    const struct letter_row *row[MARKS_MAX];
    int count;
};

static void find_targets(struct ui *ui, const struct uuid *id, struct targets *ret)
{
    const struct screen *screen = ui_screen(ui);
    const struct letter_row *selected = ui_letter(ui);
    int32_t count = 0;
    ret->count = 0;
    if (screen->letters == NULL)
        return;
    const struct letter_row *rows = screen->letters(ui, ui_screen_state(ui), &count);
    for (int32_t i = 0; i < count && ret->count < MARKS_MAX; i++) {
        bool wanted = id != NULL      ? uuid_equal(rows[i].id, *id)
                      : ui->marks > 0 ? ui_is_marked(ui, rows[i].id)
                                      : &rows[i] == selected;
        if (wanted)
            ret->row[ret->count++] = &rows[i];
    }
}

/* What has been sent is known of no letter that was held. */
static bool may(enum command_kind kind, const struct letter_row *r)
{
    return kind != COMMAND_LETTER_SENT || r->state == SEND_IN_DOUBT;
}

static void answered(struct ui *ui, int answer)
{
    struct targets t;
    struct command pending = ui->pending;
    bool one = !uuid_is_zero(pending.letter);
    if (answer != ANSWER_GO)
        return;
    find_targets(ui, one ? &pending.letter : NULL, &t);
    if (t.count == 0)
        ui_say(ui, MESSAGE_WARN, "%s: it is settled already", command_name(pending.kind));
    for (int i = 0; i < t.count; i++) {
        struct command c = {.kind = pending.kind, .letter = t.row[i]->id};
        (void)str_copy(c.workspace, sizeof c.workspace, t.row[i]->workspace); /* names fit */
        (void)str_copy(c.target, sizeof c.target, t.row[i]->job);             /* likewise */
        if (!ui_submit(ui, &c))
            return; /* it has told the operator; the rest stays marked */
        (void)ui_mark(ui, t.row[i]->id, false); /* nothing when it was not marked */
    }
}

struct question {
    const char *title, *yes, *doubt, *held;
    bool danger;
};

static const struct question *question_of(enum command_kind kind)
{
    static const struct question sent = {"It arrived:", "it arrived",
                                         "It counts as sent, for good, and is never written again.",
                                         "", false};
    static const struct question again = {
        "Again:", "write it again",
        "It is written once more. When the first one arrived, they get it twice.",
        "It is written when its term has room; held again while it lacks the same.", true};
    static const struct question drop = {"Drop:", "drop it",
                                         "It is never sent; its place goes to another lead.",
                                         "It is never sent; its place goes to another lead.", true};
    return kind == COMMAND_LETTER_SENT ? &sent : kind == COMMAND_LETTER_AGAIN ? &again : &drop;
}

static bool any(const struct targets *t, enum send_state state)
{
    bool found = false;
    for (int i = 0; i < t->count; i++)
        found = found || t->row[i]->state == state;
    return found;
}

/* The first few by name, then what comes of it for each kind that is among them. */
static void say_what(struct ui *ui, const struct targets *t, const struct question *q)
{
    char to[TABLE_TEXT_MAX];
    struct dialog *d = &ui->dialog;
    bool doubt = any(t, SEND_IN_DOUBT), held = any(t, SEND_HELD);
    for (int i = 0; i < t->count && i < NAMED_MAX; i++) {
        lead_address(ui, t->row[i]->address, to, sizeof to);
        dialog_line(d, "%s  %s, %s%s", to, t->row[i]->job, letter_word(t->row[i]->state),
                    i == NAMED_MAX - 1 && t->count > NAMED_MAX ? ", and more" : "");
    }
    if (doubt)
        dialog_line(d, "%s", q->doubt);
    if (held && (!doubt || !str_equal(q->held, q->doubt)))
        dialog_line(d, "%s", q->held);
}

static void ask(struct ui *ui, const struct action *a, const struct targets *t)
{
    char title[DIALOG_TEXT];
    struct dialog *d = &ui->dialog;
    const struct question *q = question_of(a->command);
    (void)str_format(title, sizeof title, "%s %d %s", q->title, t->count,
                     t->count == 1 ? "letter" : "letters"); /* it fits */
    dialog_begin(d, title, q->danger && any(t, SEND_IN_DOUBT));
    say_what(ui, t, q);
    d->type_count = t->count > 1 ? t->count : 0;
    dialog_choice(d, "Enter", KEY_RETURN, q->yes, ANSWER_GO);
    dialog_choice(d, "Esc", KEY_ESC, "leave it as it is", 0);
    ui->pending = (struct command){.kind = a->command};
    if (t->count == 1)
        ui->pending.letter = t->row[0]->id;
    ui->answered = answered;
}

void act_letter(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    struct targets t;
    (void)key, (void)arg;
    find_targets(ui, NULL, &t);
    for (int i = 0; i < t.count; i++)
        if (!may(a->command, t.row[i])) {
            ui_say(ui, MESSAGE_WARN,
                   "%s: a held letter has never left; a writes it again, D drops it", a->name);
            return;
        }
    if (t.count == 0)
        ui_say(ui, MESSAGE_WARN, "%s: no letter is selected", a->name);
    else
        ask(ui, a, &t);
}

void act_of_job(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    (void)key;
    const struct job_row *job = *arg != '\0' ? ui_job_of(ui, arg) : ui_job(ui);
    if (job == NULL)
        ui_say(ui, MESSAGE_WARN, "%s: no such job here", a->name);
    else
        ui_show(ui, screens_find(a->by == 1 ? "leads" : "letters"), job->name, true);
}
